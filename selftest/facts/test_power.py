"""Which power mode a board should be in, what fixes one, and what its supply shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from edgeproof.facts.node.power import Mode, PowerMode, PowerSupply, parse_power_mode, parse_power_supply
from edgeproof.facts.observed import Blocked, NotApplicable
from edgeproof.facts.probe import Output

SAMPLES = Path(__file__).parents[1] / "samples"
XAVIER_NX = """< POWER_MODEL ID=5 NAME=MODE_10W_DESKTOP >
CPU_ONLINE CORE_0 1
< POWER_MODEL ID=6 NAME=MODE_20W_2CORE >
CPU_ONLINE CORE_0 1
CPU_ONLINE CORE_1 0
< POWER_MODEL ID=8 NAME=MODE_20W_6CORE >
CPU_ONLINE CORE_0 1
CPU_ONLINE CORE_1 1
"""
OWN = "< POWER_MODEL ID=0 NAME=15W >\n< POWER_MODEL ID=1 NAME=QUIET >\n"


def mode_of(name: str, number: str = "", conf: str = "", words: str = "") -> PowerMode:
    """Make the fact of a board that is in that mode."""
    found = parse_power_mode(Output(f"NV Power Mode: {name}\n{number}\n{conf}words {words}\n"))
    assert isinstance(found, PowerMode)
    return found


def supply_of(text: str) -> PowerSupply:
    """Make the fact of a kernel log."""
    found = parse_power_supply(Output(text))
    assert isinstance(found, PowerSupply)
    return found


def test_the_fastest_is_the_conf_s() -> None:
    """On an Orin Nano with its Super conf mode 2 passes as max, and mode 0 does not (ark_jetson_kernel#20)."""
    text = (SAMPLES / "power_mode" / "orin-nano-super.txt").read_text()
    fast, slow = parse_power_mode(Output(text)), parse_power_mode(Output(text.replace("MAXN_SUPER\n2", "15W\n0", 1)))
    assert isinstance(fast, PowerMode)
    assert isinstance(slow, PowerMode)
    assert fast.wanted("max") == fast.present
    assert slow.wanted("max") == Mode(2, "MAXN_SUPER", 2)


def test_of_equal_watts_more_cores_are_faster() -> None:
    """A Xavier NX has no MAXN: its fastest mode is that of most watts with most cores."""
    assert mode_of("MODE_10W_DESKTOP", "5", XAVIER_NX).wanted("max") == Mode(8, "MODE_20W_6CORE", 2)


@pytest.mark.parametrize(
    ("words", "number", "wanted"),
    [
        ("nvidia,p3449-0000-b00+p3448-0000-b00 nvidia,jetson-nano nvidia,tegra210", "1", Mode(0, "")),
        ("nvidia,p3768-0000+p3767-0005-super nvidia,p3767-0005 nvidia,tegra234", "0", Mode(2, "")),
        ("nvidia,p3768-0000+p3767-0005 nvidia,p3767-0005 nvidia,tegra234", "1", Mode(0, "")),
        ("nvidia,p3737-0000+p3701-0000 nvidia,p3701-0000 nvidia,tegra234", "2", Mode(0, "")),
    ],
)
def test_without_a_conf_the_table_tells(words: str, number: str, wanted: Mode) -> None:
    """The module decides, then the SoC."""
    assert mode_of("5W", number, words=words).wanted("max") == wanted


@pytest.mark.parametrize(
    "mode",
    [
        mode_of("MODE_15W_6CORE", "2", words="nvidia,p3509-0000+p3668-0001 nvidia,tegra194"),
        mode_of("QUIET", "1", OWN),
        mode_of("15W", words="nvidia,p3767-0005 nvidia,tegra234"),
    ],
    ids=["no conf, no row", "a name without watts", "no id, no conf"],
)
def test_a_board_that_is_not_known_is_not_accused(mode: PowerMode) -> None:
    """What the fastest mode is cannot be told: blocked."""
    with pytest.raises(Blocked):
        mode.wanted("max")


def test_the_fastest_name_needs_no_conf() -> None:
    """MAXN_SUPER is the fastest wherever it is the mode."""
    mode = mode_of("MAXN_SUPER")
    assert mode.wanted("max") == mode.present


def test_declared_by_id_and_by_name() -> None:
    """Both words for the present mode are right; another mode of the conf is found by either."""
    mode = mode_of("MODE_20W_6CORE", "8", XAVIER_NX)
    assert mode.wanted("8") == mode.wanted("MODE_20W_6CORE") == mode.present
    assert mode.wanted("5") == mode.wanted("MODE_10W_DESKTOP") == Mode(5, "MODE_10W_DESKTOP", 1)
    assert mode.wanted("99").id is None


def test_an_id_cannot_be_compared_with_a_name_alone() -> None:
    """Nvpmodel told no id, and the conf has no mode of that name."""
    with pytest.raises(Blocked, match="printed the mode MODE_15W_6CORE without an id"):
        mode_of("MODE_15W_6CORE").wanted("2")


def test_an_alarm_names_its_bits() -> None:
    """0xa is two alarms; a slowed core tells both clocks."""
    assert str(supply_of("[   55.1] soctherm: OC ALARM 0x0000000a").events[0]) == (
        "OC ALARM 0x0000000a (bit 1, OC2 and bit 3, OC4) at 55.1 s"
    )
    slowed = supply_of("[   77.0] cpufreq: cpu4,cur:640000,set:1920000,delta:1280000,set ndiv:200").events
    assert str(slowed[0]) == "cpu4 at 640 MHz where 1920 MHz were set at 77 s"


def test_a_log_without_its_beginning_proves_nothing() -> None:
    """No alarm in it: not applicable, and said; with the beginning there it passes, without stamps it is blocked."""
    assert supply_of("first [    0.000000] Booting Linux").events == ()
    with pytest.raises(NotApplicable, match=r"4\.5 h after boot"):
        _ = supply_of("first [16152.3] cni0: port 2 entered blocking state").events
    with pytest.raises(NotApplicable, match="empty"):
        _ = supply_of("read").events
    with pytest.raises(Blocked):
        _ = supply_of("first usb 1-2: new device").events
