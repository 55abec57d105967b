"""Which ports count as slow, and which nodes are compared with each other by hardware address, host key and MTU."""

from __future__ import annotations

from pathlib import Path

import pytest

from edgeproof.facts.node.facts import NodeFacts
from edgeproof.facts.node.links import Links, parse_links
from edgeproof.facts.node.parse import parse_nodes
from edgeproof.facts.observed import Blocked, NotApplicable
from edgeproof.facts.probe import Output
from selftest.facts.test_fleet import inventory_of, raw_of

WIRED = "link {} wired mac=00:04:4b:00:00:0{} mtu=1500 speed={} duplex={} on=\n"
CAN_DO = "@@ ethtool {}\n\tSupported link modes:   100baseT/Half 100baseT/Full\n\t   {}\n@@ end\n"
SLOW = WIRED.format("eth0", 1, 100, "full") + CAN_DO.format("eth0", "1000baseT/Full")
KEY = "key ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{}\n".format


def links_of(text: str) -> Links:
    """Parse what the snippet prints."""
    found = parse_links(Output(text))
    assert isinstance(found, Links)
    return found


def slow(text: str, interface: str = "eth0") -> list[str] | str:
    """Name the slow ports of an interface, or say how the question ended."""
    try:
        return [link.name for link in links_of(text).slow_below(interface)]
    except (Blocked, NotApplicable) as why:
        return type(why).__name__


VIRTUAL = "link {} virtual mac=02:00:00:00:00:01 mtu=1500 speed={} duplex=unknown on={}\n"
SPEEDS = {
    "1000 full": (WIRED.format("eth0", 1, 1000, "full"), "eth0", []),
    "10000 whose duplex is not told": (WIRED.format("eth0", 1, 10000, "unknown"), "eth0", []),
    "100 on a port that can do 1000": (SLOW, "eth0", ["eth0"]),
    "1000 half": (WIRED.format("eth0", 1, 1000, "half") + CAN_DO.format("eth0", "1000baseT/Full"), "eth0", ["eth0"]),
    "100 full on a port that can do no more": (
        WIRED.format("eth0", 1, 100, "full") + CAN_DO.format("eth0", ""), "eth0", "NotApplicable",
    ),
    "100 half on that port": (WIRED.format("eth0", 1, 100, "half") + CAN_DO.format("eth0", ""), "eth0", ["eth0"]),
    "10 full on that port": (WIRED.format("eth0", 1, 10, "full") + CAN_DO.format("eth0", ""), "eth0", ["eth0"]),
    "100 without ethtool": (WIRED.format("eth0", 1, 100, "full"), "eth0", "Blocked"),
    "a virtual machine's card": (WIRED.format("eth0", 1, -1, "unknown"), "eth0", "NotApplicable"),
    "Wi-Fi": ("link wlan0 wireless mac=00:04:4b:00:00:01 mtu=1500 speed= duplex= on=\n", "wlan0", "NotApplicable"),
    "a container's end of a pair": (VIRTUAL.format("eth0", 10000, ""), "eth0", "NotApplicable"),
    "a bridge over the card and pods": (
        SLOW + VIRTUAL.format("veth1", 10000, "") + VIRTUAL.format("br0", 100, ",eth0,veth1,br0"), "br0", ["eth0"],
    ),
    "a VLAN on a bond of which one is slow": (
        SLOW + WIRED.format("eth1", 2, 1000, "full") + VIRTUAL.format("bond0", 1100, ",eth0,eth1")
        + VIRTUAL.format("bond0.7", 1100, ",bond0"), "bond0.7", ["eth0"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "interface", "wanted"), SPEEDS.values(), ids=SPEEDS)
def test_a_port_is_slow_where_it_can_do_more(text: str, interface: str, wanted: list[str] | str) -> None:
    """What the port itself cannot, or nobody told, is no failure."""
    assert slow(text, interface) == wanted


def nodes_of(folder: Path, *each: dict[str, str]) -> list[NodeFacts]:
    """Make nodes n1, n2, … that print these texts, each with its address on eth0, /16 unless it prints another network."""
    printed = {
        f"n{number}": {"network": f"2: eth0    inet 192.168.10.{number}/16 scope global eth0\n"} | texts
        for number, texts in enumerate(each, 1)
    }
    return list(parse_nodes(raw_of(printed), inventory_of(folder, len(each))).values())


def ended(node: NodeFacts, name: str) -> object:
    """Give what a node is compared with, or how the question ended."""
    try:
        return getattr(node.fleet, name)
    except (Blocked, NotApplicable) as why:
        return f"{type(why).__name__}: {why.why}"


def with_mac(number: int, kind: str = "wired", mtu: int = 1500) -> dict[str, str]:
    """Print eth0 with the hardware address of that number."""
    return {"links": f"link eth0 {kind} mac=00:04:4b:00:00:0{number} mtu={mtu} speed=1000 duplex=full on=\n"}


def test_a_hardware_address_that_another_has(tmp_path: Path) -> None:
    """Both are named, the third is not."""
    nodes = nodes_of(tmp_path, with_mac(1), with_mac(2), with_mac(1))
    assert [ended(node, "same_mac") for node in nodes] == [("n3",), (), ("n1",)]


def test_hardware_addresses_count_within_a_network(tmp_path: Path) -> None:
    """Two nodes in networks of their own may have one; nor are containers' compared with each other."""
    narrow = [{"network": f"2: eth0    inet 192.168.10.{n}/32 scope global eth0\n"} | with_mac(1) for n in (1, 2)]
    assert [ended(node, "same_mac") for node in nodes_of(tmp_path, *narrow)] == [(), ()]
    assert [ended(node, "same_mac") for node in nodes_of(tmp_path, *[with_mac(1, "virtual")] * 2)] == [(), ()]


def test_a_tunnel_has_no_hardware_address(tmp_path: Path) -> None:
    """Nor is there anything to compare."""
    tunnel = {"links": "link eth0 virtual mac= mtu=1420 speed= duplex= on=\n"}
    assert str(ended(nodes_of(tmp_path, tunnel)[0], "same_mac")).startswith("NotApplicable: eth0 has no")


def test_an_address_that_is_on_no_interface(tmp_path: Path) -> None:
    """Which interface would count is not known; the check of the address tells that."""
    node = nodes_of(tmp_path, {"network": "2: eth0    inet 10.0.0.1/24 scope global eth0\n"} | with_mac(1))[0]
    assert str(ended(node, "same_mac")).endswith("(see the check address)")
    assert str(ended(node, "usual_mtu")).endswith("(see the check address)")


def test_one_key_of_several_is_enough(tmp_path: Path) -> None:
    """A key that one has and the other has not makes no difference."""
    own, shared = KEY("A" * 43), KEY("B" * 43)
    nodes = nodes_of(tmp_path, {"host_keys": own + shared}, {"host_keys": shared}, {"host_keys": own.upper()})
    assert [ended(node, "same_host_key") for node in nodes[:2]] == [("n2",), ("n1",)]
    assert str(ended(nodes[2], "same_host_key")).startswith("Blocked: no public SSH host key")


def test_one_machine_under_two_names_is_no_clone(tmp_path: Path) -> None:
    """Where a machine holds two nodes' addresses, the machine-id has the accusation."""
    both = "".join(f"2: eth0    inet 192.168.10.{n}/16 scope global eth0\n" for n in (1, 2))
    nodes = nodes_of(tmp_path, *[{"network": both, "host_keys": KEY("A" * 43)} | with_mac(1)] * 2)
    for name in ("same_mac", "same_host_key"):
        assert str(ended(nodes[0], name)).endswith("(see the check machine_id)")


MTUS = {
    "one of three differs": ((1500, 9000, 1500), 1500),
    "most have jumbo frames": ((9000, 9000, 1500), 9000),
    "of two, Ethernet's own counts": ((9000, 1500), 1500),
    "of two others, the least": ((9000, 1420), 1420),
}


@pytest.mark.parametrize(("mtus", "usual"), MTUS.values(), ids=MTUS)
def test_the_usual_mtu(mtus: tuple[int, ...], usual: int, tmp_path: Path) -> None:
    """Most nodes of a network decide."""
    nodes = nodes_of(tmp_path, *[with_mac(number, mtu=mtu) for number, mtu in enumerate(mtus, 1)])
    assert [ended(node, "usual_mtu") for node in nodes] == [usual] * len(mtus)


def test_one_node_alone_has_no_usual_mtu(tmp_path: Path) -> None:
    """Nor one whose neighbours did not tell theirs."""
    nodes = nodes_of(tmp_path, with_mac(1), {})
    assert str(ended(nodes[0], "usual_mtu")).startswith("NotApplicable")
    assert str(ended(nodes[1], "usual_mtu")).startswith("Blocked")
