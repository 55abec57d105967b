"""Boot target, swap, power, clocks, supply, temperature, memory."""

from edgeproof.facts.node import NodeFacts
from edgeproof.inventory import Inventory

LEAST_HEADROOM_CELSIUS = 10.0
"""A board this close to its trip point at rest throttles under load."""

LEAST_FREE_SHARE = 0.5
"""CPU and GPU share it: a network and its images are to fit into what a board at rest leaves free."""


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
    """The kernel has logged no over-current alarm and no core slowed to less than half since boot."""
    assert node.power_supply.events == ()


def test_thermal(node: NodeFacts) -> None:
    """Every zone is well below its trip point."""
    assert node.thermal.least_headroom_celsius >= LEAST_HEADROOM_CELSIUS


def test_memory(node: NodeFacts) -> None:
    """At least half of the memory is available at rest."""
    assert node.memory.available_bytes >= LEAST_FREE_SHARE * node.memory.total_bytes
