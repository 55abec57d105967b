"""Which of the over-current counters tell of a fault, and what waits for a reboot."""

from __future__ import annotations

from pathlib import Path

import pytest

from edgeproof.facts.node.over_current import parse_over_current
from edgeproof.facts.node.reboot import Reboot, parse_reboot
from edgeproof.facts.probe import Output

SAMPLES = Path(__file__).parents[1] / "samples"


@pytest.mark.parametrize(
    ("sample", "events"),
    [
        ("none", []),
        ("at-rest", []),
        ("rising", ["instantaneous over-current (OC3): 27398 events since boot, 8 of them now, at rest"]),
        ("cut", ["under-voltage (OC1): 3 events since boot"]),
    ],
)
def test_over_current(sample: str, events: list[str]) -> None:
    """Any under-voltage; of the others what is counted while the board rests."""
    found = parse_over_current(Output((SAMPLES / "over_current" / f"{sample}.txt").read_text()))
    assert [str(event) for event in found.events] == events


def reboot_of(sample: str) -> Reboot:
    """Make the fact of a sample."""
    found = parse_reboot(Output((SAMPLES / "reboot" / f"{sample}.txt").read_text()))
    assert isinstance(found, Reboot)
    return found


def test_pending() -> None:
    """The packages that ask for it are named; where none is, it is pending all the same."""
    assert reboot_of("packages").pending == ("libc6", "linux-image-5.15.0-113-generic")
    assert reboot_of("nothing").pending == ()
    unnamed = parse_reboot(Output("required\nend\n"))
    assert isinstance(unnamed, Reboot)
    assert unnamed.pending == ("packages that are not named",)


def test_a_replaced_kernel() -> None:
    """Its own modules are gone, and another's are there; a container has none, and a kernel without modules needs none."""
    assert reboot_of("kernel-replaced").replaced_by == ("4.19.66-v7+",)
    assert [reboot_of(sample).replaced_by for sample in ("packages", "nothing", "container")] == [(), (), ()]
    monolithic = parse_reboot(Output("runs 6.18.44\nend\n"))
    assert isinstance(monolithic, Reboot)
    assert monolithic.replaced_by == ()
