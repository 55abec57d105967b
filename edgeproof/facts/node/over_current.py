"""The over-current counters of Orin and Thor: what has fallen short of power since boot, and what does at rest."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from edgeproof import limits
from edgeproof.facts.node.snippets import SNIPPETS
from edgeproof.facts.observed import Facts
from edgeproof.facts.probe import Output, Probe
from edgeproof.facts.snippet import snippet
from edgeproof.inventory import Inventory, Node

MEANINGS = {"oc1": "under-voltage", "oc2": "average over-current", "oc3": "instantaneous over-current"}
"""Jetson Linux Developer Guide (r36.3), Jetson Orin Nano, NX and AGX Orin Series, Electrical Management: hardware throttling by OC events."""

UNDER_VOLTAGE = "oc1"


@dataclass(frozen=True)
class Counter:
    """One counter: its value since boot, and by how much it rose while the board rested."""

    name: str
    count: int
    rose: int

    @property
    def is_event(self) -> bool:
        """Whether it tells of a fault: any under-voltage; of the others what comes at rest, since MAXN reaches them in health under full load (NVIDIA forum 292659)."""
        return self.rose > 0 or (self.name == UNDER_VOLTAGE and self.count > 0)

    def __str__(self) -> str:
        rose = f", {self.rose} of them now, at rest" if self.rose else ""
        return f"{MEANINGS.get(self.name, self.name)} ({self.name.upper()}): {self.count} events since boot{rose}"


@dataclass(frozen=True, repr=False)
class OverCurrent(Facts):
    """The counters; none where the kernel has none (boards before Orin)."""

    counters: tuple[Counter, ...]

    @property
    def events(self) -> tuple[Counter, ...]:
        """Those that tell of a fault."""
        return tuple(counter for counter in self.counters if counter.is_event)


def parse_over_current(output: Output) -> OverCurrent:
    """Lines `first ocN_event_cnt COUNT`, then the same with `later`."""
    found: dict[tuple[str, str], int] = {}
    for when, name, count in re.findall(r"^(first|later) (oc[1-9])_event_cnt ([0-9]{1,15})$", output.stdout, re.M):
        found[when, name] = int(count)
    names = sorted({name for _, name in found})
    counts = [(name, found.get(("first", name)), found.get(("later", name))) for name in names]
    return OverCurrent(
        tuple(
            Counter(
                name,
                max(before or 0, after or 0),
                max(0, after - before) if before is not None and after is not None else 0,
            )
            for name, before, after in counts
        )
    )


OVER_CURRENT = Probe(
    "over_current",
    snippet(SNIPPETS, "over_current", pause_s=f"{limits.OVER_CURRENT_PAUSE_S:g}"),
    parse_over_current,
    timeout_s=limits.OVER_CURRENT_S,
    root=True,
)


@dataclass(frozen=True, repr=False)
class OverCurrentFacts(Facts):
    """Layer 4: the board's over-current counters."""

    over_current: OverCurrent


def probes(inventory: Inventory, node: Node) -> tuple[Probe[Any], ...]:
    """Give the probes of `OverCurrentFacts`, by its fields' names."""
    return (OVER_CURRENT,)
