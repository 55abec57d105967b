"""Cuts shell text into words and operators, and a word into its literal and its variable parts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

OPERATORS = (";;", "&&", "||", ";", "&", "|", "(", ")", "\n")
REDIRECTIONS = re.compile(r"[<>]{1,2}&?-?|<>|>\|")
VARIABLE = re.compile(r"\$(\w+|[@*#?$!-])|\$\{(\w+)([^}]*)\}")


@dataclass(frozen=True, eq=False)
class Word:
    """One word as it is written, quotes and all."""

    raw: str

    @property
    def substitutions(self) -> list[str]:
        """Give the scripts of its command substitutions."""
        return [text for kind, text in _pieces(self.raw) if kind == "command"]

    def parts(self) -> list[str | tuple[str, str]]:
        """Give its parts: literal texts without quotes, and variables as (name, what follows the name in braces)."""
        parts: list[str | tuple[str, str]] = []
        for kind, text in _pieces(self.raw):
            if kind == "variable":
                match = VARIABLE.fullmatch(text)
                parts.append((match[1] or match[2], match[3] or "") if match else "*")
            else:
                parts.append("*" if kind == "command" else text)
        return parts

    def literal(self) -> str | None:
        """Give its text where all of it is literal."""
        parts = self.parts()
        return (
            "".join(map(str, parts))
            if all(isinstance(part, str) for part in parts) and not self.substitutions
            else None
        )


Token = Word | str


def tokens(script: str) -> Iterator[Token]:
    """Cut a script into words and operators; `<` or `>` stands before the word that is a redirection's target."""
    place = 0
    while place < len(script):
        if script[place] in " \t" or script.startswith("\\\n", place):
            place += 1 if script[place] != "\\" else 2
        elif script[place] == "#":
            place = _line_end(script, place)
        elif script[place] in "<>":
            found = REDIRECTIONS.match(script, place)
            sign = found[0] if found else script[place]
            if sign == "<<":
                raise ValueError("here-documents are not read")
            place += len(sign)
            if sign.endswith("&"):
                place += len(re.match(r"[\d-]*", script[place:])[0])  # type: ignore[index]
            elif not sign.endswith("-"):
                yield sign[0]
        elif operator := next((each for each in OPERATORS if script.startswith(each, place)), ""):
            yield operator
            place += len(operator)
        else:
            end = _word_end(script, place)
            if not (script[place:end].isdigit() and script[end : end + 1] in ("<", ">")):
                yield Word(script[place:end])
            place = end


def _line_end(script: str, place: int) -> int:
    end = script.find("\n", place)
    return len(script) if end < 0 else end


def _word_end(script: str, place: int) -> int:
    while place < len(script) and script[place] not in " \t\n;&|()<>":
        place = _piece_end(script, place)
    return place


def _piece_end(script: str, place: int) -> int:
    """Give where the quoted text, expansion or character at `place` ends; raises ValueError where it does not."""
    if script[place] == "\\":
        return place + 2
    if script[place] == "'":
        return _found(script, "'", place + 1)
    if script[place] == "`":
        return _found(script, "`", place + 1)
    if script[place] == '"':
        place += 1
        while place < len(script) and script[place] != '"':
            place = place + 1 if script[place] == "'" else _piece_end(script, place)
        return _found(script, '"', place)
    for start, end in (("$(", ")"), ("${", "}")):
        if script.startswith(start, place):
            return _closing(script, place + 2, start[1], end)
    if found := VARIABLE.match(script, place):
        return found.end()
    return place + 1


def _found(script: str, sign: str, place: int) -> int:
    end = script.find(sign, place)
    if end < 0:
        raise ValueError(f"no {sign} ends what begins at {script[place : place + 30]!r}")
    return end + 1


def _closing(script: str, place: int, opening: str, closing: str) -> int:
    depth, start = 1, place
    while place < len(script):
        if script[place] in (opening, closing):
            depth += 1 if script[place] == opening else -1
            place += 1
            if depth == 0:
                return place
        else:
            place = _piece_end(script, place)
    raise ValueError(f"no {closing} ends what begins at {script[start : start + 30]!r}")


def _pieces(raw: str, quoted: bool = False) -> Iterator[tuple[str, str]]:
    """Cut a word into ("text", …), ("variable", …) and ("command", its script)."""
    place = 0
    while place < len(raw):
        sign, single = raw[place], raw[place] == "'" and not quoted
        end = place + 1 if sign == "'" and quoted else _piece_end(raw, place)
        piece = raw[place:end]
        if sign == "\\":
            yield "text", piece if quoted and piece[1:] not in ("$", "`", '"', "\\", "\n") else piece[1:].strip("\n")
        elif single:
            yield "text", piece[1:-1]
        elif sign == '"':
            yield from _pieces(piece[1:-1], quoted=True)
        elif sign == "`":
            yield "command", piece[1:-1]
        elif piece.startswith("$((") and piece.endswith("))"):
            yield "variable", piece
        elif piece.startswith("$("):
            yield "command", piece[2:-1]
        elif sign == "$" and len(piece) > 1:
            yield "variable", piece
        else:
            yield "text", piece
        place = end
