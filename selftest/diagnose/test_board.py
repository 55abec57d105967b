"""What is advised for a board's system: the cause that is there, and a fix that harms nothing."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest

from edgeproof.diagnose import Advice, advise
from edgeproof.facts.node.parse import parse_nodes
from edgeproof.facts.probe import Output
from edgeproof.inventory import load_inventory

SAMPLES = Path(__file__).parents[1] / "samples"
NANO = "arch aarch64\nkernel 4.9.253-tegra\n# R32 (release), REVISION: 7.1, GCID: 1, BOARD: t210ref\nwords nvidia,tegra210\n"
ORIN = "arch aarch64\nkernel 5.15.148-tegra\n# R36 (release), REVISION: 4.3, GCID: 1, BOARD: generic\nwords nvidia,tegra234\n"
SUPER = (SAMPLES / "power_mode" / "orin-nano-super.txt").read_text()
SLOW = SUPER.replace("MAXN_SUPER\n2", "15W\n0", 1)
PINNED = (SAMPLES / "clocks" / "without-online.txt").read_text().partition("boot ")[0]
FREE = PINNED.replace("MinFreq=2035200", "MinFreq=345600")
ETH0 = "2: eth0    inet 192.168.10.1/16 brd 192.168.255.255 scope global eth0\n"


def advised(folder: Path, check: str, more: str = "", **printed: str) -> Advice:
    """Give the advice on one node that printed this; `more` is added to its inventory."""
    file = folder / "cluster.yaml"
    file.write_text("nodes: {user-desktop: {address: 192.168.10.1, role: server}}\n" + more)
    inventory = load_inventory(file)
    texts = {"platform": NANO} | printed
    raw = {"user-desktop": {"reach": {}, "outputs": {name: asdict(Output(text)) for name, text in texts.items()}}}
    nodes = parse_nodes(raw, inventory)
    context = {"node": nodes["user-desktop"], "nodes": nodes, "inventory": inventory}
    found = advise("tests_node", check, context)
    assert found is not None
    return found


def test_both_swaps_go(tmp_path: Path) -> None:
    """Zram and a file: the cause names both, and the fix takes both from the next boot."""
    said = advised(tmp_path, "swap", swap=(SAMPLES / "swap" / "zram-and-file.txt").read_text())
    assert (said.id, "nvzramconfig" in said.cause, "/swapfile" in said.cause) == ("zram-swap", True, True)
    assert "sudo swapoff -a" in said.fix
    assert "sudo systemctl disable --now nvzramconfig" in said.fix
    assert "/swapfile" in said.fix
    assert "/etc/fstab" in said.fix


def test_a_file_alone_is_no_zram(tmp_path: Path) -> None:
    """Nothing of nvzramconfig is said where there is none."""
    said = advised(tmp_path, "swap", swap=(SAMPLES / "swap" / "file.txt").read_text())
    assert (said.id, "nvzramconfig" in said.cause + said.fix) == ("", False)


@pytest.mark.parametrize(
    ("unit", "cause", "fix"),
    [
        ("unit:zramswap.service\n", "zramswap: swap on zram", "sudo swapoff -a && sudo systemctl disable --now zramswap"),
        ("unit:systemd-zram-setup@zram0.service\n", "systemd-zram-setup@zram0:", "sudo touch /etc/systemd/zram-generator.conf"),
        ("", "no enabled unit has zram in its name", "systemctl list-units --all '*zram*'"),
    ],
    ids=["unit", "generator", "unknown"],
)  # fmt: skip
def test_zram_by_another_maker(unit: str, cause: str, fix: str, tmp_path: Path) -> None:
    """The unit that is there is named and turned off, and nothing is said of NVIDIA's where it is not that."""
    zram = (SAMPLES / "swap" / "nano-zram.txt").read_text().replace("unit:nvzramconfig.service\n", unit)
    said = advised(tmp_path, "swap", swap=zram)
    assert cause in said.cause
    assert fix in said.fix
    assert (said.id, "nvzramconfig" in said.cause + said.fix) == ("zram-swap", False)


def test_a_slow_board_is_made_fast(tmp_path: Path) -> None:
    """The fix names the fastest mode's own id, on this board 2."""
    said = advised(tmp_path, "power_mode", power_mode=SLOW)
    assert (said.id, said.fix.split("   #")[0]) == ("slow-node", "sudo nvpmodel -m 2")


@pytest.mark.parametrize(
    ("printed", "declared"),
    [(SUPER, "0"), (SUPER, "15W"), (SLOW, "7W"), (SUPER, "9")],
    ids=["id", "name", "unknown", "no such"],
)
def test_no_board_is_made_slower(printed: str, declared: str, tmp_path: Path) -> None:
    """Where a slower mode, or none that the board has, is declared, cluster.yaml is to be looked at, not nvpmodel."""
    said = advised(tmp_path, "power_mode", f"power: {{mode: {declared}}}\n", power_mode=printed)
    assert f"is not what cluster.yaml declares ({declared})" in said.cause
    assert "nvpmodel -m" not in said.fix
    assert said.id == ""


def test_a_declared_faster_mode_is_set(tmp_path: Path) -> None:
    """It is what was declared, and faster than what is."""
    said = advised(tmp_path, "power_mode", "power: {mode: 25W}\n", power_mode=SLOW)
    assert "is not what cluster.yaml declares (25W)" in said.cause
    assert said.fix.startswith("sudo nvpmodel -m 1 ")


@pytest.mark.parametrize(
    ("printed", "cause", "fix"),
    [
        (
            PINNED + "boot a.service disabled\n",
            "will be lost at the next boot: a.service",
            "sudo systemctl enable a.service",
        ),
        (PINNED + "boot /etc/rc.local not-executable\n", "/etc/rc.local runs", "sudo chmod +x /etc/rc.local"),
        (FREE + "boot a.service disabled\n", "were lost", "sudo jetson_clocks && sudo systemctl enable a.service"),
        (FREE + "boot a.service enabled\n", "though a.service runs jetson_clocks at boot", "sudo jetson_clocks"),
        (PINNED, "no unit, rc.local or cron line was found", "sudo jetson_clocks"),
    ],
    ids=["disabled", "not executable", "lost", "free in spite of a unit", "nothing"],
)
def test_clocks(printed: str, cause: str, fix: str, tmp_path: Path) -> None:
    """What names jetson_clocks and is not run at boot is named, with what makes it run."""
    said = advised(tmp_path, "clocks", clocks=printed)
    assert cause in said.cause
    assert fix in said.fix
    assert said.id == "clocks-reset"


@pytest.mark.parametrize(("platform", "words"), [(NANO, "J48"), (ORIN, "maker names")], ids=["Nano", "Orin"])
def test_the_supply_is_the_board_s(platform: str, words: str, tmp_path: Path) -> None:
    """The barrel jack and its jumper are a Nano's."""
    said = advised(tmp_path, "power_supply", platform=platform, power_supply="[ 1.0] soctherm: OC ALARM 0x00000001\n")
    assert (said.id, words in said.fix) == ("over-current", True)


def test_a_silent_gateway_that_nobody_uses(tmp_path: Path) -> None:
    """The gateway that the node goes out by is named where it is another than declared."""
    printed = {
        "network": ETH0
        + "default via 192.168.0.254 dev eth0 metric 100 \ndefault via 10.0.0.1 dev wlan0 metric 600 \n",
        "answers": "gateway 192.168.0.1\nping 127.0.0.1 yes\nping 192.168.0.1 no\ndns 8.8.8.8 yes\n",
    }
    assert "the node goes out by 192.168.0.254 on eth0" in advised(tmp_path, "subnet", **printed).cause


def test_flashing_is_said_to_erase(tmp_path: Path) -> None:
    """The heaviest thing that a fix does is what it is filed under."""
    file = tmp_path / "cluster.yaml"
    file.write_text("nodes: {a: {address: 192.168.10.1, role: server}, b: {address: 192.168.10.2, role: agent}}\n")
    inventory = load_inventory(file)
    texts = {"a": ORIN, "b": ORIN.replace("R36", "R35")}
    raw = {name: {"reach": {}, "outputs": {"platform": asdict(Output(text))}} for name, text in texts.items()}
    nodes = parse_nodes(raw, inventory)
    said = advise("tests_node", "platform", {"node": nodes["b"], "nodes": nodes, "inventory": inventory})
    assert said is not None
    assert said.does == "deletes"
    assert "erases" in said.fix
    assert "L4T 36.4 and later" in said.cause
