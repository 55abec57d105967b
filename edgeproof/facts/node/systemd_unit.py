"""A systemd unit as `systemctl show` and `systemctl cat` print it: its state; its command line, its environment, and where that is read from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Unit:
    """The commands of ExecStart= as words, the variables of Environment=, and the file each of them stands in."""

    name: str
    commands: tuple[tuple[str, ...], ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    environment_files: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        """The last of its files, whose word counts; '' where none is known."""
        return self.files[-1] if self.files else ""


def words(text: str) -> tuple[str, ...]:
    """Split a line as systemd does: at blanks, with quotes of both kinds and backslashes; an open quote ends with the line."""
    found: list[str] = []
    word, quote, begun = "", "", False
    signs = iter(text)
    for sign in signs:
        if sign == "\\":
            word, begun = word + next(signs, ""), True
        elif quote:
            quote, word = ("", word) if sign == quote else (quote, word + sign)
        elif sign in "\"'":
            quote, begun = sign, True
        elif sign.isspace():
            if begun:
                found.append(word)
            word, begun = "", False
        else:
            word, begun = word + sign, True
    return (*found, word) if begun else tuple(found)


def assignment(text: str) -> tuple[str, str] | None:
    """Take a line of an environment file apart: NAME=VALUE, quoted as a whole, in part or not; None for any other line."""
    name, mark, value = " ".join(words(text.removeprefix("export "))).partition("=")
    return (name, value) if mark and re.fullmatch(r"[A-Za-z_]\w*", name) else None


def expanded(command: tuple[str, ...], environment: Mapping[str, str]) -> tuple[str, ...]:
    """Put variables in: `$NAME` as a word of its own becomes several, `${NAME}` stays within its word; one not set is nothing."""
    found: list[str] = []
    for word in command:
        if alone := re.fullmatch(r"\$([A-Za-z_]\w*)", word):
            found.extend(words(environment.get(alone[1], "")))
        else:
            found.append(re.sub(r"\$\{(\w+)\}", lambda match: environment.get(match[1], ""), word).replace("$$", "$"))
    return tuple(found)


def read_shown(text: str) -> dict[str, dict[str, str]]:
    """`systemctl show` of any number of units, an empty line between them: each one's properties, by its name."""
    blocks = (
        {key: value for key, mark, value in (line.partition("=") for line in block.splitlines()) if mark}
        for block in re.split(r"\n[ \t]*\n", text)
    )
    return {block["Id"]: block for block in blocks if "Id" in block}


def is_there(shown: Mapping[str, str]) -> bool:
    """Tell by its properties whether systemd has found the unit."""
    return shown.get("LoadState", "") not in ("", "not-found")


def read_units(text: str) -> dict[str, Unit]:
    """`systemctl cat` of any number of units: `# FILE` before each file's text; drop-ins follow their unit, and may empty a list."""
    units: dict[str, Unit] = {}
    unit = Unit("")
    for line in text.splitlines():
        if header := re.match(r"# (/\S*?/([^/]+\.service)(?:\.d/[^/]+\.conf)?)\s*$", line):
            unit = units.get(header[2], Unit(header[2]))
            unit = replace(unit, files=(*unit.files, header[1]))
        elif setting := re.match(r"\s*(\w+)\s*=\s*(.*)$", line):
            unit = _with(unit, setting[1], setting[2])
        if unit.name:
            units[unit.name] = unit
    return units


def _with(unit: Unit, key: str, value: str) -> Unit:
    if key == "ExecStart":
        return replace(unit, commands=(*unit.commands, words(value.lstrip("-@:+!"))) if value else ())
    if key == "Environment":
        pairs = (word.partition("=") for word in words(value))
        more = {name: given for name, mark, given in pairs if mark}
        return replace(unit, environment={**unit.environment, **more} if value else {})
    if key == "EnvironmentFile":
        path = value.removeprefix("-").replace("%N", unit.name.removesuffix(".service")).replace("%n", unit.name)
        return replace(unit, environment_files=(*unit.environment_files, path) if value else ())
    return unit
