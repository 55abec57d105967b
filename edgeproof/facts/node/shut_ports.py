"""Which ports an agent finds shut though they are open: their server listens, and another node (or itself) gets through.

A server that does not run, or that nobody gets through to, is another check's to accuse.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from edgeproof.facts.node.facts import NodeFacts, ShutPorts
from edgeproof.facts.node.ports import API_PORT, OPEN, UNKNOWN, Door, api_doors, nfs_door
from edgeproof.facts.node.storage import NO_EXPORTFS
from edgeproof.facts.observed import Blocked, NotApplicable, inapplicable, reason, unobserved
from edgeproof.inventory import Inventory

WITHOUT_TCP = frozenset({"udp", "proto=udp", "proto=rdma", "rdma"})
"""Mount options by which NFS does not go over TCP (nfs(5))."""


def shut_ports_of(facts: NodeFacts, nodes: dict[str, NodeFacts], inventory: Inventory) -> ShutPorts:
    """Tell which servers' doors this node finds shut; unobserved where that cannot be told, inapplicable where nobody listens yet."""
    why = reason(facts, "ports")
    if why:
        return ShutPorts(unobserved(why), unobserved(why))
    doors = api_doors(inventory).items()
    api = [(name, partial(_is_shut, facts, nodes, door, nodes[name], "api")) for name, door in doors]
    return ShutPorts(_told(api), _shut_nfs(facts, nodes, inventory))


def _shut_nfs(facts: NodeFacts, nodes: dict[str, NodeFacts], inventory: Inventory) -> Any:
    if inventory.storage.absent:
        return inapplicable("cluster.yaml says storage: none")
    if WITHOUT_TCP & set(inventory.storage.mount_options):
        return inapplicable("by cluster.yaml's mount options NFS does not go over TCP")
    server = nodes[inventory.nfs_node.name] if inventory.nfs_node else None
    name = server.name if server else inventory.nfs_address
    return _told([(name, partial(_is_shut, facts, nodes, nfs_door(inventory), server, "mount"))])


def _told(judged: Iterable[tuple[str, Callable[[], bool]]]) -> Any:
    """Name the servers that are shut; where none is, and one could not be judged, why that was so."""
    shut: list[str] = []
    gaps: list[Blocked | NotApplicable] = []
    for name, is_shut in judged:
        try:
            shut += [name] if is_shut() else []
        except (Blocked, NotApplicable) as gap:
            gaps.append(gap)
    if shut or not gaps:
        return tuple(shut)
    blocked = next((gap for gap in gaps if isinstance(gap, Blocked)), None)
    return unobserved(blocked.why) if blocked else inapplicable(gaps[0].why)


def _is_shut(facts: NodeFacts, nodes: dict[str, NodeFacts], door: Door, server: NodeFacts | None, see: str) -> bool:
    """Whether a door is shut to this node alone, or to some; `server` is the node behind it, None for a machine outside."""
    answer, named = facts.ports.answer(door), f"port {door[1]} of {server.name if server else door[0]}"
    if answer == OPEN:
        return False
    if answer == UNKNOWN:
        raise Blocked(f"{facts.name} could not ask {named}: neither nc nor bash told")
    if server is not None:
        _see_that_it_serves(server, door[1])
        if not reason(facts, "answers") and server.declared.address in facts.answers.silent:
            raise Blocked(f"{facts.name} does not reach {server.name} at all (see the check peers)")
    if not any(not reason(node, "ports") and node.ports.answer(door) == OPEN for node in nodes.values()):
        raise Blocked(f"no node gets through to {named} (see the check {see})")
    return True


def _see_that_it_serves(server: NodeFacts, port: int) -> None:
    """Raise Blocked or NotApplicable where the server's own facts do not say that it listens."""
    if server.reach.error:
        raise Blocked(f"SSH: {server.reach.error}")
    if port not in server.ports.listening:
        _see_why_no_api(server) if port == API_PORT else _see_why_no_nfs(server, port)


def _see_why_no_api(server: NodeFacts) -> None:
    service = server.k3s.service
    if service is None:
        raise NotApplicable(f"K3s is not installed on {server.name} yet")
    if service.state == "running" and server.k3s.role == "server":
        raise NotApplicable(f"K3s on {server.name} listens on another port than {API_PORT}")
    raise Blocked(f"no K3s server runs on {server.name} (see the check services)")


def _see_why_no_nfs(server: NodeFacts, port: int) -> None:
    if server.nfs_server.service:
        raise Blocked(f"NFS is served on {server.name}, and nothing listens on port {port} (see the check mount)")
    if reason(server.nfs_server, "exports") == NO_EXPORTFS:
        raise NotApplicable(f"no NFS server is installed on {server.name} yet")
    raise Blocked(f"no NFS server runs on {server.name} (see the check nfs_service)")
