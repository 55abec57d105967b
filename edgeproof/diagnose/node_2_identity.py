"""Advice on tests_node's layer 2: test_2_identity."""

from __future__ import annotations

from edgeproof.diagnose.advice import Advice, advises, catalogue
from edgeproof.facts.node import NodeFacts


@advises("hostname")
def hostname(node: NodeFacts) -> Advice:
    """Two boards of one name, or merely the wrong one."""
    if node.fleet.same_hostname:
        found = catalogue("duplicate-hostname", node=node.name)
        return Advice(
            f"{found.cause} (here also {', '.join(node.fleet.same_hostname)})", found.fix, found.id, found.source
        )
    if node.hostname.name == node.name:
        return Advice(
            "the node does not resolve its own name", f"echo '127.0.1.1 {node.name}' | sudo tee -a /etc/hosts"
        )
    return Advice("the board's name is not the inventory's", f"sudo hostnamectl set-hostname {node.name}")


@advises("machine_id")
def machine_id() -> Advice:
    """A cloned card."""
    return catalogue("cloned-machine-id")
