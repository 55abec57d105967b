"""A fact is a pair: a shell snippet and a pure parser of what it prints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from edgeproof import limits
from edgeproof.facts.observed import Unobserved

T = TypeVar("T")

TIMED_OUT = (124, 137)
"""Exit statuses of what timeout(1) ended, by asking and by killing."""


@dataclass(frozen=True)
class Output:
    """What a snippet left behind: its two streams (escaped, bounded) and its exit status."""

    stdout: str
    stderr: str = ""
    status: int = 0

    @property
    def timed_out(self) -> bool:
        """Whether `timeout` ended the snippet."""
        return self.status in TIMED_OUT


@dataclass(frozen=True)
class Probe(Generic[T]):
    """One fact of a node. `parse` is total: any output gives a value or an `Unobserved`."""

    name: str
    snippet: str
    parse: Callable[[Output], T | Unobserved]
    timeout_s: float = limits.SNIPPET_S
    root: bool = False


def parse_lines(output: Output) -> tuple[str, ...]:
    """One item a line."""
    return tuple(line.strip() for line in output.stdout.splitlines() if line.strip())
