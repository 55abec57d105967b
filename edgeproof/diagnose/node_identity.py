"""Advice on tests_node's layers 1 to 3: reach, identity, network."""

from __future__ import annotations

from edgeproof.diagnose.advice import Advice, advises, catalogue
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


@advises("address")
def address(node: NodeFacts, inventory: Inventory) -> Advice:
    """Another address, or a lease."""
    return Advice(
        f"the node answers, but {node.declared.address} is not a static address of its own",
        f"sudo nmtui   # set {node.declared.address}/{inventory.network.prefix} by hand, gateway {inventory.network.gateway}",
    )


@advises("subnet")
def subnet(node: NodeFacts, inventory: Inventory) -> Advice:
    """A prefix that leaves the gateway outside, or a gateway that is off."""
    own, gateway = node.network.subnet(node.declared.address), inventory.network.gateway
    wanted = f"{node.declared.address}/{inventory.network.prefix}"
    if gateway not in own:
        return Advice(f"the gateway {gateway} lies outside the node's subnet {own}", f"sudo nmtui   # set {wanted}")
    if own.prefixlen != inventory.network.prefix:
        return Advice(f"the node's prefix is /{own.prefixlen}, not the declared one", f"sudo nmtui   # set {wanted}")
    return Advice(f"the gateway {gateway} does not answer", "is the laptop on, and its connection shared?")


@advises("dns")
def dns(node: NodeFacts, inventory: Inventory) -> Advice:
    """Not configured, or silent."""
    servers = " ".join(map(str, inventory.network.dns))
    if set(inventory.network.dns) <= set(node.network.name_servers):
        return Advice(
            f"{servers} does not answer from here",
            f"ping -c 1 {inventory.network.gateway}   # does the gateway forward?",
        )
    return Advice("the declared name servers are not configured", f"sudo nmtui   # set DNS {servers}")


@advises("cidr")
def cidr(node: NodeFacts) -> Advice:
    """The laptop's connection sharing, or a VPN."""
    return catalogue("cidr-overlap", node=node.name)


@advises("peers")
def peers(node: NodeFacts) -> Advice:
    """A switch, a cable, a firewall."""
    return Advice(
        f"{node.name} does not reach {', '.join(node.fleet.silent_peers)}",
        "check switch, cable and firewall between them",
    )
