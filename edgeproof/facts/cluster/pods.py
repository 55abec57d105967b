"""Pods as the API tells them: where they run, whose they are, how they do, what they ask for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any

from edgeproof.facts.cluster.members import GPU
from edgeproof.facts.cluster.parse import moment, number, pairs, part, parts, text
from edgeproof.facts.cluster.pod_status import pod_status, unschedulable
from edgeproof.facts.cluster.quantities import asked_by
from edgeproof.facts.cluster.taints import Taint, Toleration, tolerations_of

OURS = "edgeproof.run"
"""Label of everything edgeproof makes in a cluster."""

SYSTEM_NAMESPACES = frozenset({"kube-system", "kube-public", "kube-node-lease"})

OF_HEALTH = r"node\.kubernetes\.io/(?:[a-z]+-pressure|not-ready|unreachable|network-unavailable)"
"""Taints that the node lifecycle controller sets by a node's conditions (Kubernetes' list of well-known taints)."""


CRASHES = ("Error", "OOMKilled")
"""Reasons of a container's end that are its own; one that went down with its node has Unknown."""


@dataclass(frozen=True)
class Owner:
    """What made a pod, and makes it anew where it is deleted; of kind '' where nothing did."""

    kind: str
    name: str


@dataclass(frozen=True)
class PodOnNode:
    """One pod. `node` is Kubernetes' name of its node, `why` what is wrong with it in the cluster's words, `age_s` unknown as None.

    `waits_for_a_sick_node` where the scheduler keeps it off a node by a taint of that node's health, and finds none in its place.
    """

    namespace: str
    name: str
    node: str
    owner: Owner
    phase: str
    restarts: int
    ready: bool
    labels: frozenset[str]
    tolerations: tuple[Toleration, ...] = ()
    gpus: int = 0
    runtime_class: str = ""
    why: str = ""
    age_s: float | None = None
    is_leaving: bool = False
    waits_for_a_sick_node: bool = False
    asks_for: Mapping[str, Fraction] = field(default_factory=dict)
    crashed_at: datetime | None = None

    def __repr__(self) -> str:
        return f"{self.namespace}/{self.name}"

    @property
    def is_at_its_end(self) -> bool:
        """Whether it runs no more."""
        return self.phase in ("Succeeded", "Failed")

    @property
    def is_ours(self) -> bool:
        """Whether edgeproof made it."""
        return any(label.startswith(f"{OURS}=") for label in self.labels)

    @property
    def is_workload(self) -> bool:
        """Whether it is neither the system's, nor of a DaemonSet, nor static, nor edgeproof's own, nor at its end."""
        made = self.owner.kind in ("DaemonSet", "Node")
        return not (self.namespace in SYSTEM_NAMESPACES or made or self.is_ours or self.is_at_its_end)

    def tolerates(self, taints: tuple[Taint, ...]) -> bool:
        """Tell whether it may go where these taints are."""
        return all(any(toleration.covers(taint) for toleration in self.tolerations) for taint in taints)


def parse_pod(pod: dict[str, Any], asked_at: datetime | None = None) -> PodOnNode:
    """Read a Pod object, as it was at `asked_at`."""
    metadata, spec, status = (part(pod, name) for name in ("metadata", "spec", "status"))
    containers, scheduler_output = parts(status, "containerStatuses"), unschedulable(status)
    return PodOnNode(
        namespace=text(metadata, "namespace"),
        name=text(metadata, "name"),
        node=text(spec, "nodeName"),
        owner=_owner(metadata),
        phase=text(status, "phase"),
        restarts=sum(number(container.get("restartCount")) for container in containers),
        ready=bool(containers) and all(container.get("ready") is True for container in containers),
        labels=pairs(part(metadata, "labels")),
        tolerations=tolerations_of(spec),
        gpus=sum(_gpus(container) for container in parts(spec, "containers")),
        runtime_class=text(spec, "runtimeClassName"),
        why=pod_status(pod).why,
        age_s=_age_s(text(metadata, "creationTimestamp"), asked_at),
        is_leaving="deletionTimestamp" in metadata,
        asks_for=asked_by(spec),
        crashed_at=_crashed_at(containers),
        waits_for_a_sick_node="nodeName" not in spec and re.search(OF_HEALTH, scheduler_output) is not None,
    )


def _owner(metadata: dict[str, Any]) -> Owner:
    """Name its controller; of a Deployment's ReplicaSet the Deployment, whose name has the pods' hash behind it."""
    references = parts(metadata, "ownerReferences")
    controllers = [reference for reference in references if reference.get("controller") is True] or references
    if not controllers:
        return Owner("", "")
    kind, name = text(controllers[0], "kind"), text(controllers[0], "name")
    template = text(part(metadata, "labels"), "pod-template-hash")
    if kind == "ReplicaSet" and template and name.endswith(f"-{template}"):
        return Owner("Deployment", name.removesuffix(f"-{template}"))
    return Owner(kind, name)


def _gpus(container: dict[str, Any]) -> int:
    resources = {**part(container, "resources", "requests"), **part(container, "resources", "limits")}
    return number(resources.get(GPU, 0))


def _age_s(created: str, asked_at: datetime | None) -> float | None:
    made = moment(created)
    return (asked_at - made).total_seconds() if asked_at and made else None


def _crashed_at(containers: list[dict[str, Any]]) -> datetime | None:
    """Tell when a container of it last ended by itself and in failure, before it was started again.

    What was ended from outside (SIGTERM, 143), or with its node (reason Unknown), has not crashed.
    """
    ended = [part(container, "lastState", "terminated") for container in containers]
    crashed = [
        each for each in ended if text(each, "reason") in CRASHES and number(each.get("exitCode")) not in (0, 143)
    ]
    return max((at for each in crashed if (at := moment(text(each, "finishedAt")))), default=None)
