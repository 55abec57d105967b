"""Advice on tests_node's layer 4: test_4_system."""

from __future__ import annotations

from edgeproof.diagnose.advice import Advice, advises, catalogue
from edgeproof.facts.node import NodeFacts
from edgeproof.inventory import Inventory


@advises("headless")
def headless() -> Advice:
    """The desktop takes about 1.5 GB of a Nano's 4."""
    return Advice(
        "the board starts its desktop, which takes about 1.5 GB of memory shared with the GPU",
        "sudo systemctl set-default multi-user.target && sudo reboot",
    )


@advises("swap")
def swap(node: NodeFacts) -> Advice:
    """zram, or a line in fstab."""
    if any("fstab" not in name and name.endswith(".service") for name in node.swap.at_boot) or any(
        device.kind == "zram" for device in node.swap.devices
    ):
        return catalogue("zram-swap", node=node.name)
    return Advice(
        "swap is on, or /etc/fstab turns it on at boot",
        "sudo swapoff -a && sudo sed -i '/\\sswap\\s/s/^/#/' /etc/fstab",
    )


@advises("power_mode")
def power_mode(node: NodeFacts, inventory: Inventory) -> Advice:
    """A lesser mode makes a slow node."""
    found = catalogue("slow-node")
    cause = f"power mode {node.power_mode.id} ({node.power_mode.name}) slows the board: a suspect for any slow node"
    return Advice(cause, f"sudo nvpmodel -m {inventory.power.mode}", found.id, found.source)


@advises("clocks")
def clocks() -> Advice:
    """Gone with the last reboot."""
    return catalogue("clocks-reset")


@advises("power_supply")
def power_supply() -> Advice:
    """A weak supply."""
    return catalogue("over-current")


@advises("thermal")
def thermal() -> Advice:
    """Hot at rest."""
    return Advice("the board is hot at rest, and will throttle", "fit a fan or heat sink; sudo jetson_clocks --fan")


@advises("memory")
def memory() -> Advice:
    """Something eats it."""
    return Advice("more than half of the memory is taken at rest", "ps aux --sort=-rss | head; is a desktop running?")
