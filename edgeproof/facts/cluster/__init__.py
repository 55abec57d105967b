"""The facts of the cluster: one list call a kind, parsed by pure functions."""

from edgeproof.facts.cluster.cluster import ClusterFacts, parse_cluster
from edgeproof.facts.cluster.gather import gather_cluster

__all__ = ["ClusterFacts", "gather_cluster", "parse_cluster"]
