"""The facts of a node: what each board is, by noun; gathered over one connection, parsed by pure functions."""

from edgeproof.facts.node.gather import gather_nodes
from edgeproof.facts.node.node import NodeFacts, broken_link, parse_nodes

__all__ = ["NodeFacts", "broken_link", "gather_nodes", "parse_nodes"]
