"""Address, subnet, default route, name servers, ranges, peers."""

import pytest

from edgeproof.facts.node import NodeFacts
from edgeproof.inventory import Inventory

ORIGINS = {"static": ("static",), "any": ("static", "lease")}
"""How a node may have its address, by what cluster.yaml says in network.addresses."""


def test_address(node: NodeFacts, inventory: Inventory) -> None:
    """The inventory's address is on an interface, and is there in a way that cluster.yaml allows (static, or also by a lease)."""
    assert node.declared.address in node.network.held
    assert node.network.origin(node.declared.address) in ORIGINS[inventory.network.addresses]


def test_subnet(node: NodeFacts, inventory: Inventory) -> None:
    """The prefix length is the declared one, so that the gateway lies in the node's own subnet; and it is there."""
    assert node.network.outside(node.declared.address, inventory.network.gateways) == ()
    assert inventory.network.prefix in node.network.prefixes(node.declared.address)
    assert set(inventory.network.gateways) <= node.answers.there


def test_default_route(node: NodeFacts, inventory: Inventory) -> None:
    """The default route that wins leads to the declared gateway, over the interface of the node's address; never over the USB cable."""
    assert node.network.default_route.interface not in node.network.usb_bridges
    assert node.network.default_route.way == node.way_out(inventory)


def test_dns(node: NodeFacts, inventory: Inventory) -> None:
    """The declared name servers are configured."""
    assert set(inventory.network.dns) <= set(node.network.name_servers)


def test_dns_answers(node: NodeFacts, inventory: Inventory) -> None:
    """The declared name servers answer from here."""
    assert node.answers.unanswering(inventory.network.dns) == ()


def test_cidr(node: NodeFacts, inventory: Inventory) -> None:
    """No address and no route of the node lies in the pods' or the services' range, but for the network plugin's own."""
    assert node.network.overlapping(inventory) == ()


def test_peers(node: NodeFacts) -> None:
    """The node reaches every other node that is up; in a cluster of more than 8, the servers, the NFS server and the next 3."""
    assert node.fleet.silent_peers == ()


def test_mtu(node: NodeFacts) -> None:
    """The interface that holds the node's address has the MTU of most nodes in its network."""
    assert node.link.mtu == node.fleet.usual_mtu


def test_link_speed(node: NodeFacts) -> None:
    """Each wired port under the node's address runs at 1000 Mb/s or more, full duplex, where the port itself can."""
    assert node.slow_ports == ()


def test_api_port(agent: NodeFacts) -> None:
    """The agent gets through to the API's port of each server (5 at most) that listens on it and that others get through to."""
    assert agent.shut.api == ()


@pytest.mark.usefixtures("storage")
def test_nfs_port(agent: NodeFacts) -> None:
    """The agent gets through to the NFS server's port, where it listens and others get through."""
    assert agent.shut.nfs == ()
