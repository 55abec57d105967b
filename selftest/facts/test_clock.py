"""How far clocks are apart, and whose is the odd one out."""

from __future__ import annotations

from typing import Any

import pytest

from edgeproof.facts.node.clock import CLIENT, ClockOffset, offset_of, usual_clock
from edgeproof.facts.observed import Unobserved

HOUR = 3600.0


def measured(printed: str, took_s: float = 0.2) -> ClockOffset:
    """Measure a clock in an exchange that began at 1000 s."""
    found = offset_of({"before_s": 1000.0, "after_s": 1000.0 + took_s, "printed": printed})
    assert isinstance(found, ClockOffset)
    return found


def at(ahead_s: float, bound_s: float = 0.05) -> ClockOffset:
    """Make a clock that is ahead by so much."""
    return ClockOffset(ahead_s, bound_s)


def test_the_midpoint_counts() -> None:
    """The node looked at its clock some time in the exchange: its middle, and half of it either way."""
    clock = measured("1000.600000000\n", took_s=1.0)
    assert clock.ahead_s == pytest.approx(0.1)
    assert clock.bound_s == pytest.approx(0.5)


def test_whole_seconds_are_half_a_second_less_sure() -> None:
    """A date(1) that knows no nanoseconds prints the letters."""
    clock = measured("1000.%N\n", took_s=1.0)
    assert clock.bound_s == pytest.approx(1.0)
    assert clock.agrees(CLIENT)


@pytest.mark.parametrize("printed", ["", "%s.%N", "٣٣", "9" * 5000, "date: invalid", "\0"])
def test_no_time(printed: str) -> None:
    """What is no time is unobserved."""
    assert isinstance(offset_of({"before_s": 0.0, "after_s": 1.0, "printed": printed}), Unobserved)


def test_not_asked() -> None:
    """A record of an older gathering has no exchange."""
    assert isinstance(offset_of(None), Unobserved)


def test_a_slow_exchange_accuses_nobody() -> None:
    """2.5 s apart, in an exchange of 4 s: it may be 0.5 s."""
    assert at(2.5, 2.0).agrees(CLIENT)
    assert not at(2.5, 1.0).agrees(CLIENT)


@pytest.mark.parametrize(
    ("nodes", "wanted"),
    [
        ([(at(0), True), (at(HOUR), False), (at(0.1), True)], CLIENT),
        ([(at(HOUR), True), (at(HOUR), True)], at(HOUR)),
        ([(at(HOUR), False), (at(HOUR), False)], at(HOUR)),
        ([(at(HOUR), False)], CLIENT),
        ([(at(HOUR), True)], at(HOUR)),
        ([(at(-HOUR), False), (at(HOUR), False)], CLIENT),
        ([(at(0), False), (at(HOUR), True), (at(HOUR), True)], at(HOUR)),
        ([], CLIENT),
    ],
    ids=["one is off", "kept, and this machine is off", "this machine is off", "one alone", "one alone that is kept", "all differ", "two and two", "none"],
)  # fmt: skip
def test_usual_clock(nodes: list[Any], wanted: ClockOffset) -> None:
    """The time that most have; of equally many, those that are kept by another clock, then this machine."""
    assert usual_clock(nodes) == wanted
