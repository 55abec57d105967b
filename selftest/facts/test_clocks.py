"""What counts as pinned clocks, and what as pinning them at boot."""

from __future__ import annotations

import pytest

from edgeproof.facts.node.clocks import Clocks, parse_clocks
from edgeproof.facts.observed import Blocked
from edgeproof.facts.probe import Output

GPU = "GPU MinFreq=921600000 MaxFreq=921600000 CurrentFreq=921600000\n"


def clocks_of(text: str) -> Clocks:
    """Make the fact of what jetson_clocks and the search print."""
    found = parse_clocks(Output(text))
    assert isinstance(found, Clocks)
    return found


def test_a_free_part_fails_whatever_is_not_known() -> None:
    """With a free GPU the memory need not be known; with a pinned one it must."""
    assert clocks_of(GPU.replace("MinFreq=9", "MinFreq=1")).pinned == ()
    with pytest.raises(Blocked, match="no CPU clocks"):
        _ = clocks_of(GPU).pinned


@pytest.mark.parametrize(
    ("lines", "sources"),
    [
        ("boot a.service enabled\njtop active\n", ("a.service",)),
        ("boot a.service disabled\nboot /etc/rc.local enabled\n", ("/etc/rc.local",)),
        ("boot a.service disabled\nboot /etc/rc.local not-executable\njtop inactive\n", ()),
    ],
)
def test_at_boot(lines: str, sources: tuple[str, ...]) -> None:
    """Only what is enabled counts; a disabled unit pins nothing (grand_tour_box#377)."""
    assert clocks_of(GPU + lines).at_boot == sources


@pytest.mark.parametrize("lines", ["jtop active\n", "boot a.service static\n", "boot a.service unknown\n"])
def test_what_may_pin_them_is_not_called_absent(lines: str) -> None:
    """Jtop has settings of its own (jetson_stats#3), and a static unit is started by another."""
    with pytest.raises(Blocked):
        _ = clocks_of(GPU + lines).at_boot
