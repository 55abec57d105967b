"""How hot a node is, and how far that is from where it slows itself down."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from edgeproof.facts.node.snippets import SNIPPETS
from edgeproof.facts.observed import Blocked, Facts, NotApplicable, Unobserved
from edgeproof.facts.probe import Output, Probe
from edgeproof.facts.snippet import snippet
from edgeproof.inventory import Inventory, Node

CONSTANT = "PMIC-Die"
"""A zone that always tells the same (balena-jetson#142): no temperature."""


@dataclass(frozen=True)
class Zone:
    """A thermal zone, in degrees Celsius; `now` is None where it could not be read, `trip` where it has no passive trip point."""

    name: str
    now: float | None
    trip: float | None


@dataclass(frozen=True, repr=False)
class Thermal(Facts):
    """The thermal zones; those that tell a constant are left out."""

    zones: tuple[Zone, ...]

    @property
    def least_headroom_celsius(self) -> float:
        """The least distance to a passive trip point; not applicable where no zone has one."""
        tripping = [zone for zone in self.zones if zone.trip is not None]
        if not tripping:
            raise NotApplicable("no thermal zone has a passive trip point")
        distances = [zone.trip - zone.now for zone in tripping if zone.trip is not None and zone.now is not None]
        if not distances:
            raise Blocked(f"no temperature could be read from {', '.join(zone.name for zone in tripping)}")
        return min(distances)


def parse_thermal(output: Output) -> Thermal | Unobserved:
    """Lines `zone TYPE TEMPERATURE TRIP…`, in thousandths of a degree, `-` for what could not be read; `none` for no zone."""
    zones = []
    for name, told, rest in re.findall(r"^zone (.{1,64}?) (-|-?[0-9]{1,7})((?: \S+)*) *$", output.stdout, re.M):
        trips = [int(word) / 1000 for word in rest.split() if re.fullmatch(r"[0-9]{4,7}", word)]
        if name != CONSTANT:
            zones.append(Zone(name, None if told == "-" else int(told) / 1000, min(trips, default=None)))
    if not zones and not re.search(r"^none$", output.stdout, re.M):
        return Unobserved("/sys/class/thermal could not be read")
    return Thermal(tuple(zones))


THERMAL = Probe("thermal", snippet(SNIPPETS, "thermal"), parse_thermal)


@dataclass(frozen=True, repr=False)
class ThermalFacts(Facts):
    """Layer 4: the board's temperatures."""

    thermal: Thermal


def probes(inventory: Inventory, node: Node) -> tuple[Probe[Any], ...]:
    """Give the probes of `ThermalFacts`, by its fields' names."""
    return (THERMAL,)
