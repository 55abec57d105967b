"""What a board's own sensors add to a cause."""

from __future__ import annotations

import pytest

from edgeproof.diagnose.shown_by_board import heat_and_power
from edgeproof.facts.node import NodeFacts
from edgeproof.facts.node.power_rails import PowerRails, Rail, parse_power_rails
from edgeproof.facts.node.thermal import Thermal, Zone
from edgeproof.facts.observed import blank, unobserved
from edgeproof.facts.probe import Output

HOT = Thermal((Zone("CPU-therm", 71.5, 97.5), Zone("GPU-therm", None, 98.0)))


@pytest.mark.parametrize(
    ("thermal", "rails", "words"),
    [
        (HOT, PowerRails((Rail("POM_5V_IN", 9.31, 4.61),)), " (when it was asked: CPU-therm at 72 °C, the whole board draws 9.3 W at 4.61 V (POM_5V_IN))"),
        (HOT, PowerRails((Rail("CPU", 3.0, None), Rail("CV", None, 5.0))), " (when it was asked: CPU-therm at 72 °C, what it measures draws 3.0 W (CPU))"),
        (unobserved("x"), PowerRails((Rail("CV", None, 5.0),)), ""),
        (unobserved("x"), unobserved("x"), ""),
    ],
    ids=["input", "rails alone", "no power", "nothing"],
)  # fmt: skip
def test_heat_and_power(thermal: Thermal, rails: PowerRails, words: str) -> None:
    """What could be read is told, and nothing else."""
    assert heat_and_power(blank(NodeFacts, "not asked", thermal=thermal, power_rails=rails)) == words


def test_input_is_found_by_its_name() -> None:
    """A board that does not measure its input has none, whatever its first rail is."""
    found = parse_power_rails(Output("rail VDD_GPU_SOC 12408 304 hwmon\n"))
    assert isinstance(found, PowerRails)
    assert found.input is None
