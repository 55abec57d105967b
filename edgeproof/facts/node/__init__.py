"""The facts of a node: what each board is, by noun; gathered over one connection, parsed by pure functions."""

from edgeproof.facts.node.facts import NodeFacts
from edgeproof.facts.node.fleet import are_apart
from edgeproof.facts.node.gather import gather_nodes
from edgeproof.facts.node.gpu_chain import broken_link, containerd_link, docker_down, without_hook
from edgeproof.facts.node.parse import parse_nodes

__all__ = [
    "NodeFacts", "are_apart", "broken_link", "containerd_link", "docker_down", "gather_nodes", "parse_nodes", "without_hook",
]  # fmt: skip
