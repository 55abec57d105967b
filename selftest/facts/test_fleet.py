"""A node as a whole, among the others: releases of one SoC, and what has no meaning on some machine or is not asked for."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from edgeproof.facts.node.facts import NodeFacts
from edgeproof.facts.node.parse import parse_nodes
from edgeproof.facts.observed import Blocked, NotApplicable
from edgeproof.facts.probe import Output
from edgeproof.inventory import Inventory, load_inventory

NANO = "arch aarch64\nkernel 4.9.253-tegra\n# R32 (release), REVISION: 7.1, GCID: 1, BOARD: t210ref\nwords nvidia,tegra210\n"
ORIN = "arch aarch64\nkernel 5.15.148-tegra\n# R36 (release), REVISION: 4.3, GCID: 1, BOARD: generic\nwords nvidia,tegra234\n"
PI = "arch aarch64\nkernel 6.6-rpi\nmodel Raspberry Pi 4 Model B\nwords raspberrypi,4-model-b brcm,bcm2711\n"


def inventory_of(folder: Path, count: int, more: str = "") -> Inventory:
    """Write an inventory of so many nodes, the first a server, and read it."""
    roles = ["server"] + ["agent"] * (count - 1)
    nodes = [f"  n{number}: {{address: 192.168.10.{number}, role: {role}}}" for number, role in enumerate(roles, 1)]
    file = folder / "cluster.yaml"
    file.write_text("nodes:\n" + "\n".join(nodes) + "\n" + more)
    return load_inventory(file)


def nodes_of(folder: Path, *platforms: str, more: str = "", **printed: str) -> list[NodeFacts]:
    """Make nodes that print these platforms, and all the same of other facts."""
    each = {f"n{number}": {"platform": platform} | printed for number, platform in enumerate(platforms, 1)}
    return list(parse_nodes(raw_of(each), inventory_of(folder, len(platforms), more)).values())


def raw_of(printed: dict[str, dict[str, str]]) -> dict[str, dict[str, Any]]:
    """Make what was gathered of what each node prints, by the probes' names."""
    return {
        node: {"reach": {}, "outputs": {name: asdict(Output(text)) for name, text in texts.items()}}
        for node, texts in printed.items()
    }


def parsed_of(inventory: Inventory, printed: dict[str, str]) -> dict[str, NodeFacts]:
    """Make the facts of an inventory's nodes that all print the same."""
    return parse_nodes(raw_of(dict.fromkeys(inventory.nodes, printed)), inventory)


def judged(node: NodeFacts) -> bool | str:
    """Give whether the check platform would pass, or why it does not judge."""
    try:
        return node.fleet.branch == node.fleet.usual_branch
    except (Blocked, NotApplicable) as why:
        return type(why).__name__


MIXES = {
    "equal releases, written otherwise": ((ORIN, ORIN.replace("4.3", "4.3.0")), [True, True]),
    "two SoCs": ((NANO, NANO, ORIN), [True, True, "NotApplicable"]),
    "a Raspberry Pi as the server": ((PI, NANO, NANO), ["NotApplicable", True, True]),
    "releases of one branch": ((ORIN, ORIN.replace("4.3", "4.7"), ORIN.replace("4.3", "5.0")), [True, True, True]),
    "releases of two branches": ((ORIN, ORIN, ORIN.replace("R36", "R35")), [True, True, False]),
    "a Nano with an older release": ((NANO, NANO, NANO.replace("7.1", "5.1")), [True, True, False]),
    "no L4T anywhere": ((PI, PI), ["NotApplicable", "NotApplicable"]),
    "a board without its release file": (
        (NANO, NANO, NANO.replace("# R32", "# none"), NANO),
        [True, True, "Blocked", True],
    ),
}


@pytest.mark.parametrize(("platforms", "wanted"), MIXES.values(), ids=MIXES)
def test_releases_are_compared_within_one_soc(platforms: tuple[str, ...], wanted: list[Any], tmp_path: Path) -> None:
    """A board is compared with those that could have its release, and only by what runs on both (k3s-ansible#137)."""
    assert [judged(node) for node in nodes_of(tmp_path, *platforms)] == wanted


@pytest.mark.parametrize("name", ["power_mode", "clocks", "power_supply"])
def test_what_only_a_jetson_has_is_not_asked_of_others(name: str, tmp_path: Path) -> None:
    """On a Raspberry Pi it is not applicable, on a Jetson that prints nothing it is blocked."""
    pi, nano = nodes_of(tmp_path, PI, NANO, power_mode="", clocks="", power_supply="")
    with pytest.raises(NotApplicable, match="n1 is another machine, not a Jetson"):
        getattr(pi, name)
    with pytest.raises(Blocked):
        getattr(nano, name)


def test_what_cluster_yaml_takes_as_it_is_is_not_asked(tmp_path: Path) -> None:
    """`any` skips a check, with the reason; clocks may be left free for all, and pinned for one node."""
    more = "power: {mode: any, clocks: free}\nsystem: {swap: any, desktop: any}\n"
    node = nodes_of(tmp_path, NANO, more=more)[0]
    for name in ("power_mode", "clocks", "headless", "swap", "memory"):
        with pytest.raises(NotApplicable, match=r"not required by cluster\.yaml"):
            getattr(node, name)


@pytest.mark.parametrize(
    ("printed", "declared", "right"),
    [
        ("edge-a", "edge-a.lab", True),
        ("edge-a.lab", "edge-a.lab", True),
        ("Edge-A", "edge-a", True),
        ("edge-a.lab", "edge-a", False),
        ("edge-b", "edge-a.lab", False),
    ],
)
def test_a_dotted_name(printed: str, declared: str, right: bool, tmp_path: Path) -> None:
    """`hostname` may print the first label alone; Kubernetes has what it prints."""
    node = nodes_of(tmp_path, NANO, hostname=f"{printed}\nresolves yes\n")[0]
    assert (node.hostname.in_full(declared) == declared) is right
