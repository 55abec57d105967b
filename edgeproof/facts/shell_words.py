"""Cuts shell text into words and operators, and a word into its literal and its variable parts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

OPERATORS = (";;", "&&", "||", ";", "&", "|", "(", ")", "\n")
KEYWORDS = frozenset({"if", "then", "else", "elif", "fi", "while", "until", "do", "done", "!", "{", "}"})
REDIRECTIONS = re.compile(r"<<-?|[<>]&|<>|>\||>>|[<>]")
VARIABLE = re.compile(r"\$(\w+|[@*#?$!-])|\$\{#?(\w+|[@*#?$!-])(.*)\}", re.S)


@dataclass(frozen=True, eq=False)
class Word:
    """One word as it is written, quotes and all; or the text of a here-document, in which quotes are plain."""

    raw: str
    is_document: bool = False

    @property
    def substitutions(self) -> list[str]:
        """Give the scripts of its command substitutions."""
        return [text for kind, text in _pieces(self.raw, self.is_document) if kind == "command"]

    def parts(self) -> list[str | tuple[str, str]]:
        """Give its parts: literal texts without quotes, and variables as (name, what follows the name in braces)."""
        parts: list[str | tuple[str, str]] = []
        for kind, text in _pieces(self.raw, self.is_document):
            if kind == "variable":
                match = VARIABLE.fullmatch(text)
                parts.append((match[1] or match[2], match[3] or "") if match else "*")
            else:
                parts.append("*" if kind == "command" else text)
        return parts

    def literal(self) -> str | None:
        """Give its text where all of it is literal."""
        pieces = list(_pieces(self.raw, self.is_document))
        return "".join(text for _, text in pieces) if all(kind == "text" for kind, _ in pieces) else None


Token = Word | str
"""A word or an operator. `<` or `>` stands before the word that is a redirection's target, `<` before a here-document's text."""


def tokens(script: str) -> list[Token]:
    """Cut a script; keywords, and the patterns of `case`, are left out. Raises ValueError where something does not end."""
    return list(_Scanner(script).tokens())


class _Scanner:
    """Goes through a script once. `cases` holds, for each open `case`, what comes next: subject, in, pattern or body."""

    def __init__(self, script: str, place: int = 0) -> None:
        self.script, self.place = script, place
        self.cases: list[str] = []
        self.documents: list[tuple[str, bool, bool]] = []
        self.begins, self.depth = True, 0

    def closing(self) -> int:
        """Go to the bracket that ends a command substitution; give the place after it."""
        start = self.place
        for _ in self.tokens():
            if self.depth < 0:
                return self.place
        raise ValueError(f"no ) ends what begins at {self.script[start : start + 30]!r}")

    def tokens(self) -> Iterator[Token]:
        while self.place < len(self.script):
            if self.script[self.place] in " \t":
                self.place += 1
            elif self.script.startswith("\\\n", self.place):
                self.place += 2
            elif self.script[self.place] == "#":
                end = self.script.find("\n", self.place)
                self.place = len(self.script) if end < 0 else end
            elif found := REDIRECTIONS.match(self.script, self.place):
                self.place = found.end()
                yield from self._redirection(found[0])
            elif operator := next((each for each in OPERATORS if self.script.startswith(each, self.place)), ""):
                self.place += len(operator)
                yield from self._operator(operator)
            else:
                yield from self._word(self._raw_word())

    def _raw_word(self) -> str:
        start = self.place
        while self.place < len(self.script) and self.script[self.place] not in " \t\n;&|()<>":
            self.place = _piece_end(self.script, self.place)
        return self.script[start : self.place]

    def _word(self, raw: str) -> Iterator[Token]:
        state = self.cases[-1] if self.cases else ""
        if raw.isdigit() and self.script[self.place : self.place + 1] in ("<", ">"):
            return
        if state == "subject":
            self.cases[-1] = "in"
            yield Word(raw)
        elif state == "in":
            self.cases[-1] = "pattern"
            yield "\n"
        elif raw == "esac" and (state == "pattern" or (state and self.begins)):
            self.cases.pop()
            self.begins = False
        elif state == "pattern" or (self.begins and raw in KEYWORDS):
            return
        elif self.begins and raw == "case":
            self.cases.append("subject")
            self.begins = False
            yield Word(":")
        else:
            self.begins = False
            yield Word(raw)

    def _operator(self, operator: str) -> Iterator[Token]:
        if operator == "\n":
            yield from self._documents()
        if self.cases and self.cases[-1] == "pattern":
            if operator == ")":
                self.cases[-1], self.begins = "body", True
            return
        if operator == ";;" and self.cases:
            self.cases[-1] = "pattern"
        self.depth += {"(": 1, ")": -1}.get(operator, 0)
        self.begins = True
        yield operator

    def _redirection(self, sign: str) -> Iterator[Token]:
        if sign.startswith("<<"):
            self.place += len(self.script[self.place :]) - len(self.script[self.place :].lstrip(" \t"))
            end = self._raw_word()
            is_plain = not re.search(r"[\\'\"]", end)
            self.documents.append((re.sub(r"[\\'\"]", "", end), is_plain, sign == "<<-"))
        elif sign.endswith("&"):
            found = re.compile(r"[\d-]*").match(self.script, self.place)
            self.place = found.end() if found else self.place
        else:
            yield sign[0]

    def _documents(self) -> Iterator[Token]:
        """Read the here-documents that begin after this line; one whose end is quoted is text alone."""
        for end, is_plain, is_indented in self.documents:
            lines = []
            while True:
                line, newline, _ = self.script[self.place :].partition("\n")
                if not newline and line != end:
                    raise ValueError(f"no {end} ends the here-document")
                self.place += len(line) + len(newline)
                if (line.lstrip("\t") if is_indented else line) == end:
                    break
                lines.append(line)
            if is_plain:
                yield "<"
                yield Word("\n".join(lines), is_document=True)
        self.documents = []


def _piece_end(script: str, place: int) -> int:
    """Give where the quoted text, expansion or character at `place` ends; raises ValueError where it does not."""
    if script[place] == "\\":
        return place + 2
    if script[place] in "'`":
        return _found(script, script[place], place + 1)
    if script[place] == '"':
        place += 1
        while place < len(script) and script[place] != '"':
            place = place + 1 if script[place] == "'" else _piece_end(script, place)
        return _found(script, '"', place)
    if script.startswith("$((", place):
        return _balanced(script, place + 3, "(", ")", 2)
    if script.startswith("$(", place):
        return _Scanner(script, place + 2).closing()
    if script.startswith("${", place):
        return _balanced(script, place + 2, "{", "}", 1)
    found = VARIABLE.match(script, place) if script[place] == "$" else None
    return found.end() if found and found[1] else place + 1


def _found(script: str, sign: str, place: int) -> int:
    end = script.find(sign, place)
    if end < 0:
        raise ValueError(f"no {sign} ends what begins at {script[place : place + 30]!r}")
    return end + 1


def _balanced(script: str, place: int, opening: str, closing: str, depth: int) -> int:
    start = place
    while place < len(script):
        if script[place] == closing:
            place, depth = place + 1, depth - 1
            if depth == 0:
                return place
        elif script[place] == opening:
            place, depth = place + 1, depth + 1
        else:
            place = _piece_end(script, place)
    raise ValueError(f"no {closing} ends what begins at {script[start : start + 30]!r}")


def _pieces(raw: str, quoted: bool = False) -> Iterator[tuple[str, str]]:
    """Cut a word into ("text", …), ("variable", …) and ("command", its script)."""
    place = 0
    while place < len(raw):
        sign = raw[place]
        end = place + 1 if quoted and sign in "'\"" else _piece_end(raw, place)
        piece = raw[place:end]
        place = end
        if sign == "\\":
            yield "text", piece if quoted and piece[1:] not in ("$", "`", '"', "\\", "\n") else piece[1:].strip("\n")
        elif sign == "'" and not quoted:
            yield "text", piece[1:-1]
        elif sign == '"' and not quoted:
            yield from _pieces(piece[1:-1], quoted=True)
        elif sign == "`":
            yield "command", piece[1:-1]
        elif piece.startswith("$(("):
            yield "variable", piece
            yield from (each for each in _pieces(piece[3:-2], quoted=True) if each[0] == "command")
        elif piece.startswith("$("):
            yield "command", piece[2:-1]
        elif sign == "$" and len(piece) > 1:
            yield "variable", piece
        else:
            yield "text", piece
