"""What a Jetson's power monitors (INA3221) measure: the board's input, and the rails of its parts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from edgeproof.facts.node.snippets import SNIPPETS
from edgeproof.facts.observed import Facts, Unobserved
from edgeproof.facts.probe import Output, Probe
from edgeproof.facts.snippet import snippet
from edgeproof.inventory import Inventory, Node

INPUTS = ("POM_5V_IN", "VDD_IN")
"""Rails that are the whole board's input: of a Nano; of TX1, TX2, Xavier NX, Orin NX and Nano. AGX boards measure none (jetson_stats#131 shows a Nano's)."""

NOT_CONNECTED = "NC"


@dataclass(frozen=True)
class Rail:
    """One rail as it is measured now; None for what could not be read."""

    name: str
    watts: float | None
    volts: float | None


@dataclass(frozen=True, repr=False)
class PowerRails(Facts):
    """All rails that are connected."""

    rails: tuple[Rail, ...]

    @property
    def input(self) -> Rail | None:
        """The rail that the whole board draws from; None where this board measures none."""
        return next((rail for rail in self.rails if rail.name in INPUTS), None)


def parse_power_rails(output: Output) -> PowerRails | Unobserved:
    """`rail NAME mW mV`, `rail NAME mV mA hwmon`, `-` for what could not be read."""
    found = re.findall(r"^rail (\S+) (-|[0-9]{1,7}) (-|[0-9]{1,7})( hwmon)?$", output.stdout, re.M)
    rails = tuple(_rail(*words) for words in found if words[0] not in (NOT_CONNECTED, "-"))
    return PowerRails(rails) if rails else Unobserved("no power monitor could be read")


def _rail(name: str, first: str, second: str, hwmon: str) -> Rail:
    one, two = (None if value == "-" else int(value) / 1000 for value in (first, second))
    if not hwmon:
        return Rail(name, one, two)
    return Rail(name, None if one is None or two is None else round(one * two, 3), one)


POWER_RAILS = Probe("power_rails", snippet(SNIPPETS, "power_rails"), parse_power_rails, root=True)


@dataclass(frozen=True, repr=False)
class PowerRailsFacts(Facts):
    """Layer 4: what the board draws."""

    power_rails: PowerRails


def probes(inventory: Inventory, node: Node) -> tuple[Probe[Any], ...]:
    """Give the probes of `PowerRailsFacts`, by its fields' names."""
    return (POWER_RAILS,)
