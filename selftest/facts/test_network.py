"""What of a node's network is its own, which route wins, and where an address stands."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest

from edgeproof.facts.node.network import NodeNetwork, parse_network
from edgeproof.facts.observed import Blocked, NotApplicable
from edgeproof.facts.probe import Output
from edgeproof.inventory import Inventory, load_inventory

SAMPLES = Path(__file__).parents[1] / "samples"
ETH0 = "2: eth0    inet 192.168.10.2/16 brd 192.168.255.255 scope global eth0\n"
OWN = IPv4Address("192.168.10.2")


def network_of(text: str) -> NodeNetwork:
    """Make the fact of what ip and the files say, beside the node's own address."""
    found = parse_network(Output(ETH0 + text))
    assert isinstance(found, NodeNetwork)
    return found


@pytest.fixture
def inventory() -> Inventory:
    """One server at 192.168.10.1; pods in 10.42.0.0/16, services in 10.43.0.0/16."""
    return load_inventory(SAMPLES / "inventory" / "smallest.yaml")


OF_THE_PLUGIN = {
    "Cilium (68525214207)": "7: cilium_host    inet 10.42.0.87/32 scope global cilium_host\n"
    "10.42.0.87 dev cilium_host proto kernel scope link \n10.42.1.0/24 via 10.42.0.87 dev cilium_host proto kernel src 10.42.0.87 \n",
    "Calico (projectcalico/calico#4308)": "12: vxlan.calico    inet 10.42.192.64/32 scope global vxlan.calico\n"
    "blackhole 10.42.192.64/26 proto 80 \n10.42.192.65 dev cali1a2b scope link \n",
    "Calico with BGP through a router": "10.42.7.0/26 via 192.168.0.1 dev eth0 proto bird \n",
    "flannel, host-gw": "10.42.1.0/24 via 192.168.10.1 dev eth0 \n",
    "kube-proxy with IPVS": "9: kube-ipvs0    inet 10.43.0.1/32 scope global kube-ipvs0\n",
    "a plugin that nobody knows": "9: mynet0    inet 10.42.0.1/24 scope global mynet0\nlink mynet0 virtual\n",
    "host-gw through a node under another address": "10.42.2.0/24 via 192.168.10.99 dev eth0 \n",
    "a network around both ranges": "9: eth1    inet 10.1.0.5/8 scope global eth1\n10.0.0.0/8 dev eth1 proto kernel \n",
}
OF_THE_NODE = {
    "a VPN's route": "10.42.0.0/16 via 10.8.0.1 dev tun0 \n",
    "a static route by the gateway": "10.42.3.0/24 via 192.168.0.1 dev eth0 \n",
    "Wi-Fi sharing of a laptop": "5: wlan0    inet 10.42.0.23/24 brd 10.42.0.255 scope global dynamic wlan0\n",
    "an address in a wider network": "9: eth1    inet 10.42.0.5/8 scope global eth1\n",
    "a bridge with a card in it": "9: lan    inet 10.43.0.1/24 scope global lan\nlink lan physical\n",
    "LXD's bridge": "9: lxdbr0    inet 10.42.9.1/24 scope global lxdbr0\nlink lxdbr0 virtual\n",
}


@pytest.mark.parametrize("text", OF_THE_PLUGIN.values(), ids=OF_THE_PLUGIN)
def test_the_plugin_s_own_is_no_collision(text: str, inventory: Inventory) -> None:
    """Interfaces and routes that the network plugin made lie in its ranges, and so they should."""
    assert network_of(text).overlapping(inventory) == ()


@pytest.mark.parametrize("text", OF_THE_NODE.values(), ids=OF_THE_NODE)
def test_the_node_s_own_is_a_collision(text: str, inventory: Inventory) -> None:
    """An address or a route of another's in the pods' or the services' range is named."""
    assert len(network_of(text).overlapping(inventory)) == 1


def test_an_interface_that_nobody_knows_is_not_accused(inventory: Inventory) -> None:
    """Neither its name nor the kernel tells what it is."""
    with pytest.raises(Blocked, match="mynet0"):
        network_of("9: mynet0    inet 10.42.0.1/24 scope global mynet0\n").overlapping(inventory)


def test_the_least_metric_wins() -> None:
    """None is 0, and a route over a link that is down does not count."""
    routes = (SAMPLES / "network" / "metrics.txt").read_text()
    assert network_of(routes).default_route.gateway == "10.1.2.1"
    assert network_of(routes + "default via 10.1.3.1 dev eth2 \n").default_route.gateway == "10.1.3.1"


def test_without_a_default_route() -> None:
    """An island is no fault."""
    with pytest.raises(NotApplicable):
        _ = network_of("").default_route


def test_the_usb_cable_is_known_by_name_and_by_address() -> None:
    """usb0 with the address of every Jetson, and l4tbr0; an LTE stick on usb0 is neither."""
    route = "default via 192.168.55.77 dev usb0 proto static metric 1003 \n"
    cable = network_of("3: usb0    inet 192.168.55.1/24 scope global usb0\n" + route)
    stick = network_of("3: usb0    inet 192.168.8.100/24 scope global dynamic usb0\n" + route)
    assert cable.default_route.interface in cable.usb_bridges
    assert stick.default_route.interface not in stick.usb_bridges
    assert network_of("default via 192.168.55.100 dev l4tbr0 \n").usb_bridges == {"l4tbr0"}


def test_several_prefixes_and_a_virtual_address() -> None:
    """A second prefix takes nothing away, and keepalived's /32 stands in the network of its interface."""
    twice = network_of(ETH0.replace("/16", "/24"))
    assert twice.prefixes(OWN) == (16, 24)
    virtual = network_of(ETH0.replace("192.168.10.2/16", "192.168.10.100/32"))
    assert virtual.networks(IPv4Address("192.168.10.100")) == (IPv4Network("192.168.0.0/16"),)
    assert virtual.prefixes(OWN) == (16,)


def test_static_once_is_static() -> None:
    """The same address by a lease and by hand stays; a lease alone may go."""
    lease = ETH0.replace("scope global", "scope global dynamic")
    assert network_of(lease).origin(OWN) == "static"
    alone = parse_network(Output(lease))
    assert isinstance(alone, NodeNetwork)
    assert alone.origin(OWN) == "lease"
