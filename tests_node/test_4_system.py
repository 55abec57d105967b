"""Boot target, swap, power, clocks, supply, temperature, memory, disks, what waits for a reboot, the kernel."""

from edgeproof.facts.node import NodeFacts
from edgeproof.inventory import Inventory

LEAST_HEADROOM_CELSIUS = 10.0
"""A board this close to its trip point at rest throttles under load."""

LEAST_FREE_SHARE = 0.5
"""CPU and GPU share it: a network and its images are to fit into what a board at rest leaves free."""

LEAST_SHARE_OF_LIKE = 0.9
"""What firmware and kernel keep back differs by some per cent between releases; more is a part of the memory that is lost to them."""


def test_headless(node: NodeFacts) -> None:
    """The board boots without desktop, and no display manager runs."""
    assert node.headless.desktop == ()


def test_swap(node: NodeFacts) -> None:
    """There is no swap now, and none after a reboot."""
    assert node.swap.devices == ()
    assert node.swap.at_boot == ()


def test_power_mode(node: NodeFacts, inventory: Inventory) -> None:
    """The power mode is the declared one: the board's fastest, if cluster.yaml says no other."""
    assert node.power_mode.present == node.power_mode.wanted(inventory.power_of(node.declared).mode)


def test_clocks(node: NodeFacts) -> None:
    """CPU, GPU and memory clocks are pinned, and something pins them again at boot."""
    assert node.clocks.pinned == ("CPU", "GPU", "memory")
    assert node.clocks.at_boot != ()


def test_power_supply(node: NodeFacts) -> None:
    """No under-voltage or over-current is counted or logged, and no core slowed to less than half, since boot."""
    assert node.over_current.events == ()
    assert node.power_supply.events == ()


def test_thermal(node: NodeFacts) -> None:
    """Every zone is well below its trip point."""
    assert node.thermal.least_headroom_celsius >= LEAST_HEADROOM_CELSIUS


def test_memory(node: NodeFacts) -> None:
    """At least half of the memory is available at rest, and the kernel sees as much as on other boards with this module."""
    assert node.memory.available_bytes >= LEAST_FREE_SHARE * node.memory.total_bytes
    assert node.memory.total_bytes >= LEAST_SHARE_OF_LIKE * node.fleet.most_memory_bytes


def test_disk(node: NodeFacts) -> None:
    """There is room on the root, for pods and for images, by the kubelet's own bars."""
    assert node.disk.full == ()


def test_disk_health(node: NodeFacts) -> None:
    """What pods and images lie on can be written, and the kernel has logged no error of its disk since boot."""
    assert node.disk.read_only == ()
    assert node.disk_errors.of(node.disk) == ()


def test_reboot(node: NodeFacts) -> None:
    """No reboot is pending: no package asks for one, and the running kernel's modules are still there."""
    assert node.reboot.replaced_by == ()
    assert node.reboot.pending == ()


def test_kernel(node: NodeFacts) -> None:
    """The kernel has what Kubernetes needs: cgroups that the kubelet takes, modules of its network, and forwarding where its pods are bridged."""
    assert node.kernel.lacks == ()
    assert node.kernel.absent == ()
    assert node.kernel.off == ()
