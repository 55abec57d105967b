"""The conditions of the checks: every `assert` of the suites, and the texts that put another in its place."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

SUITES = ("tests_node", "tests_cluster", "tests_workload")
Change = Literal["turned round", "taken away"]
CHANGES: tuple[Change, ...] = ("turned round", "taken away")


@dataclass(frozen=True)
class Condition:
    """One assert of a check: where its expression stands, in bytes of the file's text."""

    file: Path
    check: str
    line: int
    start: int
    end: int

    def changed(self, text: bytes, change: Change) -> bytes:
        """Give the file's text with this condition changed; what it reads is read all the same, so what is blocked stays so."""
        old = text[self.start : self.end]
        new = b"not (" + old + b")" if change == "turned round" else b"((" + old + b"), True)[1]"
        return text[: self.start] + new + text[self.end :]


def conditions(checkout: Path) -> list[Condition]:
    """List the conditions of all checks, as they stand in the checkout."""
    files = [file for suite in SUITES for file in sorted((checkout / suite).glob("test_*.py"))]
    return [condition for file in files for condition in _of(file, checkout)]


def _of(file: Path, checkout: Path) -> Iterator[Condition]:
    text = file.read_bytes()
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for function in ast.parse(text).body:
        if isinstance(function, ast.FunctionDef) and function.name.startswith("test_"):
            for at in ast.walk(function):
                if isinstance(at, ast.Assert):
                    first = at.test
                    assert first.end_lineno is not None
                    assert first.end_col_offset is not None
                    yield Condition(
                        file.relative_to(checkout),
                        function.name.removeprefix("test_"),
                        at.lineno,
                        starts[first.lineno - 1] + first.col_offset,
                        starts[first.end_lineno - 1] + first.end_col_offset,
                    )
