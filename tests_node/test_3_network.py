"""Address, subnet, name servers, ranges, peers."""

from edgeproof.facts.node import NodeFacts
from edgeproof.inventory import Inventory


def test_address(node: NodeFacts) -> None:
    """The inventory's address is on an interface, and is static."""
    assert [held.value.ip for held in node.network.holding(node.declared.address)] == [node.declared.address]
    assert [held.dynamic for held in node.network.holding(node.declared.address)] == [False]


def test_subnet(node: NodeFacts, inventory: Inventory) -> None:
    """The prefix length is the declared one, so that the gateway lies in the node's own subnet; and it answers."""
    assert node.network.subnet(node.declared.address).prefixlen == inventory.network.prefix
    assert inventory.network.gateway in node.network.subnet(node.declared.address)
    assert inventory.network.gateway in node.answers.pinged


def test_dns(node: NodeFacts, inventory: Inventory) -> None:
    """The declared name servers are configured, and they answer."""
    assert set(inventory.network.dns) <= set(node.network.name_servers)
    assert inventory.network.offline or set(inventory.network.dns) <= node.answers.resolving


def test_cidr(node: NodeFacts, inventory: Inventory) -> None:
    """No address and no route of the node overlaps the pods' or the services' range."""
    assert node.network.overlapping(inventory.kubernetes.pod_cidr, inventory.kubernetes.service_cidr) == ()


def test_peers(node: NodeFacts) -> None:
    """The node reaches every other node that is up."""
    assert node.fleet.silent_peers == ()
