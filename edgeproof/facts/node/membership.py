"""Which cluster a node has joined: by its URL where that names one of our servers, else by the CA it holds."""

from __future__ import annotations

from collections import Counter
from ipaddress import ip_address

from edgeproof.facts.node.facts import NodeFacts
from edgeproof.facts.node.k3s import THIS_CLUSTER, K3s, Membership, host_of
from edgeproof.facts.observed import Blocked, Unobserved, observed, reason, unobserved
from edgeproof.inventory import Inventory


def membership_of(facts: NodeFacts, nodes: dict[str, NodeFacts], inventory: Inventory) -> Membership:
    """Compare a node's K3s with the servers; what rests on another role than the declared one is unobserved."""
    alone = facts.declared.is_server and len(inventory.servers) == 1
    why = reason(facts, "k3s") or _wrong_role(facts)
    if why:
        return Membership(unobserved(why), unobserved(why), alone)
    authorities = _authorities(nodes, inventory)
    joined = _joined(facts, authorities, inventory)
    ca = _server_ca(facts.k3s, authorities, nodes, inventory)
    if isinstance(joined, str) and joined != THIS_CLUSTER:
        ca = unobserved(in_another_cluster(facts.name))
    return Membership(joined, ca, alone)


def _wrong_role(facts: NodeFacts) -> str:
    try:
        return in_another_role(facts)
    except Blocked as blocked:
        return blocked.why


def in_another_role(facts: NodeFacts) -> str:
    """Say that K3s does not run in its declared role, and which check tells it; '' where it does. Raises Blocked unobserved."""
    role, wanted = facts.k3s.role, facts.declared.k3s_role
    return "" if role == wanted else f"K3s runs on {facts.name} as {role}, not as {wanted} (see the check services)"


def in_another_cluster(name: str) -> str:
    """Say that a node joined another cluster, and which check tells it."""
    return f"{name} joined another cluster (see the check joined)"


def _authorities(nodes: dict[str, NodeFacts], inventory: Inventory) -> Counter[str]:
    """Count the servers that hold each CA: all of one cluster hold the same."""
    servers = (nodes[server.name] for server in inventory.servers)
    known = (facts.k3s for facts in servers if not reason(facts, "k3s"))
    return Counter(k3s.server_ca_sha256 for k3s in known if not reason(k3s, "server_ca_sha256"))


def _server_ca(k3s: K3s, authorities: Counter[str], nodes: dict[str, NodeFacts], inventory: Inventory) -> str:
    """Give the CA that a server holds: the node's own where any has it, else that of most."""
    if not authorities:
        server = nodes[inventory.server.name]
        why = reason(server, "k3s") or reason(server.k3s, "server_ca_sha256")
        return unobserved(f"{server.name}: {why}")  # type: ignore[no-any-return]
    own = observed(k3s, "agent_ca_sha256")
    return own if own in authorities else authorities.most_common(1)[0][0]


def _joined(facts: NodeFacts, authorities: Counter[str], inventory: Inventory) -> str:
    """Name what it has joined: this cluster, or its URL; for another server, the cluster whose CA most servers hold."""
    k3s, url = facts.k3s, observed(facts.k3s, "url")
    side = "server_ca_sha256" if facts.declared.is_server else "agent_ca_sha256"
    own = observed(k3s, side)
    if facts.declared.is_server:
        if own in authorities:
            return THIS_CLUSTER if own == authorities.most_common(1)[0][0] else f"a cluster of its own ({own[:12]})"
        return unobserved(own.why)  # type: ignore[no-any-return]
    if isinstance(url, str) and _is_ours(k3s, inventory):
        return _unless_never_joined(facts, url)
    if own in authorities:
        return THIS_CLUSTER
    if isinstance(url, Unobserved):
        return unobserved(url.why)  # type: ignore[no-any-return]
    if authorities and (isinstance(own, str) or k3s.never_joined):
        return str(url)
    why = own.why if isinstance(own, Unobserved) else "no server told its CA"
    return unobserved(f"{url} resolves to no server in cluster.yaml on {facts.name}, and {why}")  # type: ignore[no-any-return]


def _unless_never_joined(facts: NodeFacts, url: str) -> str:
    """To ask one of our servers is not to have joined it: its CA comes with the first answer."""
    if facts.k3s.never_joined:
        return unobserved(f"{facts.name} asks {url}, but has received no cluster CA from it (see the check nodes)")  # type: ignore[no-any-return]
    return THIS_CLUSTER


def _is_ours(k3s: K3s, inventory: Inventory) -> bool:
    """Whether the URL's host is a server's name or address, or the cluster's endpoint, or resolves on the node to one of them."""
    names = {name.lower() for server in inventory.servers for name in (server.name, server.member_name)}
    names |= {host_of(inventory.kubernetes.endpoint)} - {""}
    addresses = {str(server.address) for server in inventory.servers} | names
    return k3s.url_host in addresses or bool({_plain(address) for address in k3s.url_addresses} & addresses)


def _plain(address: str) -> str:
    """Write an address as Python does; ::ffff:A.B.C.D is A.B.C.D."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(getattr(found, "ipv4_mapped", None) or found)
