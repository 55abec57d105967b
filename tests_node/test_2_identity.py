"""The board is who the inventory says, and nobody else."""

from edgeproof.facts.node import NodeFacts


def test_hostname(node: NodeFacts) -> None:
    """The hostname is the inventory's name for the node, whole or its first label, and the node resolves it itself."""
    assert node.hostname.in_full(node.name) == node.name
    assert node.hostname.resolves is True


def test_machine_id(node: NodeFacts) -> None:
    """No other node has this machine-id."""
    assert node.fleet.same_machine_id == ()


def test_mac_address(node: NodeFacts) -> None:
    """No other node of its network has the hardware address of the interface that holds its address."""
    assert node.fleet.same_mac == ()


def test_host_key(node: NodeFacts) -> None:
    """No other node's SSH server has one of its host keys."""
    assert node.fleet.same_host_key == ()
