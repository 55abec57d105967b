"""Where edgeproof's pods may go: labels, hostnames, and the taints that they tolerate; and names that the API takes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from edgeproof.facts.cluster import ClusterFacts
from edgeproof.facts.cluster.members import HOSTNAME
from edgeproof.inventory import ANY
from edgeproof.trial.manifests import Manifest, pod_spec

LONGEST_LABEL = 63
"""Characters of a DNS label (RFC 1123), which a pod's name becomes as its hostname."""


def dns_label(prefix: str, name: str) -> str:
    """Make an object's name of a prefix and a node's name, which may hold dots and be long; two nodes never get one."""
    label = f"{prefix}-{name}"
    if "." not in name and len(label) <= LONGEST_LABEL:
        return label
    mark = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{label.replace('.', '-')[: LONGEST_LABEL - 9].rstrip('-')}-{mark}"


def bind(item: Manifest, cluster: ClusterFacts, names: Iterable[str]) -> None:
    """Let the pods go to these nodes of the inventory and no others, by their hostnames."""
    hostnames = [cluster.member(name).hostname for name in names]
    term = {"matchExpressions": [{"key": HOSTNAME, "operator": "In", "values": hostnames}]}
    affinity = pod_spec(item).setdefault("affinity", {})
    affinity["nodeAffinity"] = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]}}


def tolerate_agents(item: Manifest, cluster: ClusterFacts) -> None:
    """Let the pods tolerate the taints that somebody has set on agents: whoever has them gives his own pods such tolerations."""
    taints = {
        taint
        for agent in cluster.declared.agents
        if agent.name in cluster.members
        for taint in cluster.member(agent.name).taints
        if taint.is_set_by_somebody and taint.keeps_off
    }
    if not taints:
        return
    added: list[dict[str, Any]] = [
        {"key": taint.key, "operator": "Equal", "value": taint.value, "effect": taint.effect}
        for taint in sorted(taints, key=str)
    ]
    spec = pod_spec(item)
    spec["tolerations"] = [*spec.get("tolerations", []), *added]


def place_on_agents(item: Manifest, cluster: ClusterFacts, names: Iterable[str]) -> None:
    """Let the pods go where the declared label is; to these agents by their hostnames where no label is required."""
    label = cluster.declared.scheduling.label
    if label == ANY:
        pod_spec(item).pop("nodeSelector", None)
        bind(item, cluster, names)
    else:
        key, _, value = label.partition("=")
        pod_spec(item)["nodeSelector"] = {key: value}
    tolerate_agents(item, cluster)
