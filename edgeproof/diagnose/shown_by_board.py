"""What a board shows of heat and power, in words for the end of a cause, and what is said of a supply too weak for it."""

from __future__ import annotations

from dataclasses import replace

from edgeproof.diagnose.advice import Advice, catalogue
from edgeproof.facts.node import NodeFacts
from edgeproof.facts.node.power_rails import Rail
from edgeproof.facts.observed import reason


def heat_and_power(node: NodeFacts) -> str:
    """Say how hot the hottest zone is, and what the board draws at which voltage; '' where it tells neither."""
    shown = [words for words in (_hottest(node), _drawn(node)) if words]
    return f" (when it was asked: {', '.join(shown)})" if shown else ""


def weak_supply(node: NodeFacts) -> Advice:
    """Tell of a supply too weak for the board: which one fits is known of a Nano alone."""
    found = catalogue("over-current")
    if not reason(node, "platform") and node.platform.soc == "tegra210":
        return found
    return replace(
        found,
        cause="over-current or undervoltage: a supply or cable too weak for the board",
        fix="use the supply and the cable that the board's maker names for this power mode",
        does="changes",
    )


def _hottest(node: NodeFacts) -> str:
    zones = () if reason(node, "thermal") else node.thermal.zones
    known = [(zone.now, zone.name) for zone in zones if zone.now is not None]
    return "{1} at {0:.0f} °C".format(*max(known)) if known else ""


def _drawn(node: NodeFacts) -> str:
    if reason(node, "power_rails"):
        return ""
    if node.power_rails.input is not None:
        return f"the whole board draws {_measured(node.power_rails.input)}"
    known = [_measured(rail) for rail in node.power_rails.rails if rail.watts is not None]
    return f"what it measures draws {' + '.join(known)}" if known else ""


def _measured(rail: Rail) -> str:
    watts = "an unknown power" if rail.watts is None else f"{rail.watts:.1f} W"
    volts = "" if rail.volts is None else f" at {rail.volts:.2f} V"
    return f"{watts}{volts} ({rail.name})"
