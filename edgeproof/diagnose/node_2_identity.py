"""Advice on tests_node's layer 2: test_2_identity."""

from __future__ import annotations

from dataclasses import replace

from edgeproof.diagnose.advice import Advice, advises, catalogue
from edgeproof.facts.node import NodeFacts
from edgeproof.facts.observed import reason


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


@advises("mac_address")
def mac_address(node: NodeFacts) -> Advice:
    """A hardware address that is set by the image, or that a maker gave twice."""
    found = catalogue("duplicate-mac", interface=node.link.name)
    return replace(found, cause=f"{', '.join(node.fleet.same_mac)} has this hardware address, too: {found.cause}")


@advises("host_key")
def host_key(node: NodeFacts) -> Advice:
    """A cloned card, as a rule; its machine-id is another thing to mend, and says so itself."""
    found = catalogue("cloned-host-key", node=node.name, address=node.declared.address)
    others = ", ".join(node.fleet.same_host_key)
    both = set(node.fleet.same_host_key) & set(
        () if reason(node.fleet, "same_machine_id") else node.fleet.same_machine_id
    )
    more = "; the machine-id was cloned with it, and is mended on its own (see the check machine_id)" if both else ""
    return replace(found, cause=f"{others} has this host key, too: {found.cause}{more}")
