"""Which other nodes a node asks for an answer: all of a small cluster, a bounded number of a large one."""

from __future__ import annotations

from edgeproof.inventory import Inventory, Node

MOST_IN_FULL = 8
"""Up to so many nodes, every node asks every other."""

MOST_SERVERS = 5
"""An etcd of more members gains nothing (etcd's FAQ: seven at most, five suggested), and agents need one."""

RING = 3
"""So many nodes that come next in cluster.yaml, its end joined to its beginning: each node is asked by as many."""


def peers_of(inventory: Inventory, node: Node) -> tuple[Node, ...]:
    """Give the nodes that `node` asks, in the inventory's order; beyond a small cluster their number does not grow with it."""
    nodes = list(inventory.nodes.values())
    if len(nodes) <= MOST_IN_FULL:
        return tuple(other for other in nodes if other != node)
    place = nodes.index(node)
    ring = [nodes[(place + step) % len(nodes)] for step in range(1, RING + 1)]
    exporter = [inventory.nfs_node] if inventory.nfs_node else []
    asked = {other.name for other in (*inventory.servers[:MOST_SERVERS], *exporter, *ring)} - {node.name}
    return tuple(other for other in nodes if other.name in asked)
