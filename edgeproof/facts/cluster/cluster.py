"""The cluster's facts together: parsed, and blocked where what they rest on is broken."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from edgeproof.facts.cluster.objects import Member, PodOnNode, Volume, parse_member, parse_pod, parse_volume
from edgeproof.facts.node import NodeFacts
from edgeproof.facts.observed import Blocked, Facts, NotApplicable, blank, reason, replaced, unobserved
from edgeproof.facts.reach import Reach
from edgeproof.inventory import Inventory

SYSTEM_NAMESPACES = frozenset({"kube-system", "kube-public", "kube-node-lease"})
OURS = "edgeproof.run"
"""Label of everything edgeproof makes in a cluster."""


@dataclass(frozen=True)
class Api(Reach):
    """Whether the API answered this kubeconfig, and when its client certificate ends (None without one)."""

    certificate_end: datetime | None = None


@dataclass(frozen=True, repr=False)
class ClusterFacts(Facts):
    """What the API server tells."""

    api: Api
    version: str
    members: dict[str, Member]
    pods: tuple[PodOnNode, ...]
    persistent_volumes: tuple[Volume, ...]
    claims: tuple[Volume, ...]

    def member(self, name: str) -> Member:
        """Give the Node object of that name; blocked when there is none."""
        found = self.members.get(name)
        if found is None:
            raise Blocked(f"{name} is no node of this cluster (see the check nodes)")
        return found

    def skew(self, member: Member) -> int:
        """Give how many minor releases a node's kubelet is away from the server."""
        return skew_minors(member.kubelet, self.version)

    @property
    def certificate_days(self) -> float:
        """Give for how many days the kubeconfig's client certificate is still valid; not applicable without one."""
        if self.api.certificate_end is None:
            raise NotApplicable("the kubeconfig holds no client certificate")
        return (self.api.certificate_end - datetime.now(timezone.utc)).total_seconds() / 86400

    def claims_named(self, name: str) -> tuple[Volume, ...]:
        """Give the claims of that name that are not edgeproof's own."""
        return tuple(
            claim for claim in self.claims if claim.name == name and not claim.namespace.startswith("edgeproof-")
        )

    @property
    def workload_pods(self) -> tuple[PodOnNode, ...]:
        """Pods that are neither the system's, nor of a DaemonSet, nor edgeproof's own, nor at their end."""
        return tuple(
            pod for pod in self.pods
            if pod.namespace not in SYSTEM_NAMESPACES and pod.owner not in ("DaemonSet", "Node")
            and pod.phase not in ("Succeeded", "Failed") and not any(label.startswith(f"{OURS}=") for label in pod.labels)
        )  # fmt: skip

    @property
    def sick_system_pods(self) -> tuple[PodOnNode, ...]:
        """The system's pods that are neither ready nor done."""
        return tuple(
            pod for pod in self.pods
            if pod.namespace in SYSTEM_NAMESPACES and not pod.ready and pod.phase not in ("Succeeded",)
        )  # fmt: skip


def parse_cluster(raw: dict[str, Any], nodes: dict[str, NodeFacts], inventory: Inventory) -> ClusterFacts:
    """Make the facts from what the API told."""
    end = raw.get("certificate_end")
    api = Api(**raw["reach"], certificate_end=datetime.fromisoformat(end) if end else None)
    if api.error:
        return blank(ClusterFacts, f"API: {api.error}", api=api)
    members = [_blocked_member(parse_member(item), nodes, inventory) for item in raw["nodes"]]
    return ClusterFacts(
        api=api,
        version=str(raw["version"].get("gitVersion", "")),
        members={member.name: member for member in members},
        pods=tuple(parse_pod(item) for item in raw["pods"]),
        persistent_volumes=tuple(parse_volume(item) for item in raw["persistent_volumes"]),
        claims=tuple(parse_volume(item) for item in raw["claims"]),
    )


def _blocked_member(member: Member, nodes: dict[str, NodeFacts], inventory: Inventory) -> Member:
    """A Node object says nothing of today while its node's K3s service does not run: the check services tells that."""
    facts = nodes.get(member.name)
    if facts is not None and facts.reach.error:
        return replaced(member, ready=unobserved(f"SSH: {facts.reach.error}"))
    if facts is None or reason(facts, "k3s"):
        return member
    wanted = inventory.nodes[member.name].k3s_role
    try:
        role = facts.k3s.role
    except Blocked:
        return member
    if role == wanted:
        return member
    why = f"K3s runs on {member.name} as {role}, not as {wanted} (see the check services)"
    return replaced(member, ready=unobserved(why))


def skew_minors(one: str, other: str) -> int:
    """Give how many minor releases apart two versions such as v1.23.17+k3s1 are; a large number if not comparable."""
    found = [re.match(r"v?(\d+)\.(\d+)", version) for version in (one, other)]
    if not found[0] or not found[1] or found[0][1] != found[1][1]:
        return 1000
    return abs(int(found[0][2]) - int(found[1][2]))
