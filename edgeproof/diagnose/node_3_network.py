"""Advice on tests_node's layer 3: test_3_network."""

from __future__ import annotations

from edgeproof.diagnose.advice import Advice, advises, catalogue
from edgeproof.facts.node import NodeFacts
from edgeproof.inventory import Inventory


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
