"""A node comes back from its reboot, and is what it was before."""

from edgeproof.facts.node import NodeFacts
from edgeproof.reboot import Rebooted


def test_back(node: NodeFacts, rebooted: dict[str, Rebooted]) -> None:
    """The node comes back from its reboot: SSH lets us in, in another boot."""
    assert rebooted[node.name].complaint == ""


def test_hostname_as_before(node: NodeFacts, rebooted: dict[str, Rebooted]) -> None:
    """It has the hostname that it had."""
    assert rebooted[node.name].name_after == rebooted[node.name].name_before


def test_addresses_as_before(node: NodeFacts, rebooted: dict[str, Rebooted]) -> None:
    """Its cards have the addresses that they had."""
    assert rebooted[node.name].addresses_lost == ()


def test_swap_as_before(node: NodeFacts, rebooted: dict[str, Rebooted]) -> None:
    """No swap has come with the boot."""
    assert rebooted[node.name].swap_gained == ()


def test_power_mode_as_before(node: NodeFacts, rebooted: dict[str, Rebooted]) -> None:
    """The board is in the power mode that it was in."""
    assert rebooted[node.name].mode_after == rebooted[node.name].mode_before


def test_clocks_as_before(node: NodeFacts, rebooted: dict[str, Rebooted]) -> None:
    """Clocks that were pinned are pinned again."""
    assert rebooted[node.name].clocks_lost == ()


def test_mounts_as_before(node: NodeFacts, rebooted: dict[str, Rebooted]) -> None:
    """What was mounted, from disks and over NFS, is mounted again."""
    assert rebooted[node.name].mounts_lost == ()


def test_runtime_as_before(node: NodeFacts, rebooted: dict[str, Rebooted]) -> None:
    """Docker, or containerd, runs again, with the same default runtime."""
    assert rebooted[node.name].runtime_changes == ()


def test_membership_as_before(node: NodeFacts, rebooted: dict[str, Rebooted]) -> None:
    """The node is Ready again, with its addresses, labels and taints."""
    assert rebooted[node.name].membership_changes == ()
