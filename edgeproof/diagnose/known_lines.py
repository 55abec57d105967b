"""What programs are known to say, and the catalogue's row that it means; the lines stand in known_lines.yaml."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

from edgeproof.files import own_yaml

Program = Literal["container", "docker", "k3s", "nvpmodel", "kernel"]


@dataclass(frozen=True)
class KnownLine:
    """A line's key phrase as a regular expression, the programs that say it, the catalogue's row, and where it was reported."""

    id: str
    program: tuple[Program, ...]
    words: re.Pattern[str]
    source: str


@cache
def known_lines() -> tuple[KnownLine, ...]:
    """Give all known lines, the surest first."""
    text = resources.files("edgeproof.diagnose").joinpath("known_lines.yaml").read_text(encoding="utf-8")
    return tuple(
        KnownLine(line["id"], tuple(line["program"]), re.compile(line["words"]), line["source"])
        for line in own_yaml(text)
    )


def known_line(program: Program, said: str) -> KnownLine | None:
    """Find what a program said among the lines that it is known to print; None where it is not there."""
    return next((line for line in known_lines() if program in line.program and line.words.search(said)), None)


def meaning_of(program: Program, said: str) -> str:
    """Name the catalogue's row that a program's words mean; '' where they are not known."""
    line = known_line(program, said)
    return line.id if line else ""
