"""Advice on tests_node's layer 2: test_2_identity."""

from __future__ import annotations

from dataclasses import replace

from edgeproof.diagnose.advice import Advice, advises, catalogue
from edgeproof.facts.node import NodeFacts


@advises("hostname")
def hostname(node: NodeFacts) -> Advice:
    """Two boards of one name, or merely the wrong one."""
    if node.fleet.same_hostname:
        found = catalogue("duplicate-hostname", node=node.name)
        return replace(found, cause=f"{found.cause} (here also {', '.join(node.fleet.same_hostname)})")
    if node.hostname.in_full(node.name) == node.name:
        name = node.hostname.name
        return Advice(
            "the node does not resolve its own name",
            f"echo '127.0.1.1 {name}' | sudo tee -a /etc/hosts",
            does="changes",
        )
    return Advice(
        f"the board is called {node.hostname.name}, not as in cluster.yaml",
        f"sudo hostnamectl set-hostname {node.name}   # before it joins K3s; if it has joined as {node.hostname.name}, name it so in cluster.yaml",
        does="changes",
    )


@advises("machine_id")
def machine_id() -> Advice:
    """A cloned card."""
    return catalogue("cloned-machine-id")
