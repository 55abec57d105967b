"""A fact is a pair: a shell snippet and a pure parser of what it prints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from edgeproof import limits
from edgeproof.facts.observed import Unobserved
from edgeproof.inventory import Kind

T = TypeVar("T")

ANY = "any"
"""What cluster.yaml says of a thing that may be as it is."""


@dataclass(frozen=True)
class Output:
    """What a snippet left behind: its two streams (escaped, bounded) and its exit status."""

    stdout: str
    stderr: str = ""
    status: int = 0

    @property
    def timed_out(self) -> bool:
        """Whether `timeout` ended the snippet (exit status 124 or 137, timeout(1))."""
        return self.status in (124, 137)


@dataclass(frozen=True)
class Probe(Generic[T]):
    """One fact of a node. `parse` is total: any output gives a value or an `Unobserved`.

    `only` is the kind of machine that can have it. `moot` is why nobody asks for it on this node ('' where it is asked).
    """

    name: str
    snippet: str
    parse: Callable[[Output], T | Unobserved]
    timeout_s: float = limits.SNIPPET_S
    root: bool = False
    only: Kind | None = None
    moot: str = ""

    def unless(self, any_will_do: bool) -> Probe[T]:
        """Give the same probe, moot where cluster.yaml takes any value."""
        return replace(self, moot="not required by cluster.yaml") if any_will_do else self


def parse_lines(output: Output) -> tuple[str, ...]:
    """One item a line."""
    return tuple(line.strip() for line in output.stdout.splitlines() if line.strip())
