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
    """Boards of one SoC have releases that do not run the same images."""
    own = f"L4T {node.platform.l4t}" + (f" (JetPack {node.platform.jetpack})" if node.platform.jetpack else "")
    return Advice(
        f"{node.name} has {own}, most boards with its SoC ({node.platform.soc}) have {node.fleet.usual_branch}: "
        "images of the one do not run on the other",
        f"# back up {node.name}, drain it, and flash it with {node.fleet.usual_branch}: flashing erases the board",
        "l4t-image-mismatch",
        does="deletes",
    )
