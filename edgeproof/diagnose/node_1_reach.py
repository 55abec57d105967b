"""Advice on tests_node's layer 1: test_1_reach."""

from __future__ import annotations

from edgeproof.diagnose.advice import Advice, advises
from edgeproof.facts.node import NodeFacts
from edgeproof.inventory import Inventory


@advises("ssh")
def ssh(node: NodeFacts) -> Advice:
    """The connection's own error says it best."""
    return Advice(
        "the node does not let us in: " + node.reach.kind, node.reach.fix or f"ssh -v {node.declared.address}"
    )


@advises("sudo")
def sudo(node: NodeFacts, inventory: Inventory) -> Advice:
    """A password prompt, or no right at all."""
    rule = f"{inventory.ssh.user} ALL=(ALL) NOPASSWD:ALL"
    return Advice(
        "sudo asks for a password, or refuses this user",
        f"export EDGEPROOF_SUDO_PASSWORD=…   # or on {node.name}: echo '{rule}' | sudo tee /etc/sudoers.d/{inventory.ssh.user}",
    )


@advises("platform")
def platform(node: NodeFacts) -> Advice:
    """One board was flashed with another release."""
    return Advice(
        f"{node.name} has L4T {node.platform.l4t or 'none'}, most nodes have {node.fleet.l4t or 'none'}",
        f"flash {node.name} with the release of the others; images of one L4T do not run on another",
        "l4t-image-mismatch",
    )
