"""The system's pods: which of them are not well, and which are well at the moment and crash again and again."""

from __future__ import annotations

from collections.abc import Iterable, Set
from datetime import datetime

from edgeproof import limits
from edgeproof.facts.cluster.members import Member
from edgeproof.facts.cluster.pods import SYSTEM_NAMESPACES, PodOnNode
from edgeproof.facts.observed import Blocked, NotApplicable

MANY = 3
"""Restarts from which on a crash within the last hour is one of a row; one look cannot tell more than their number and the last one's time."""


def sick(all_pods: Iterable[PodOnNode], members: Iterable[Member], unfit: Set[str]) -> tuple[PodOnNode, ...]:
    """Give the system's pods that are neither ready nor done, on nodes that are Ready, under no pressure and not `unfit`.

    Not applicable where the cluster has none; blocked while none but young ones are not ready, or ones that wait for such a node.
    """
    pods = _of_the_system(all_pods)
    lost = {member.name for member in members if not member.is_ready or member.is_under_pressure} | unfit
    bad = [pod for pod in pods if not _is_well(pod, pods) and pod.node not in lost]
    waiting = [pod for pod in bad if lost and pod.waits_for_a_sick_node]
    found = [pod for pod in bad if pod not in waiting]
    if waiting and not found:
        raise Blocked(f"{', '.join(map(repr, waiting))} waits for {' or '.join(sorted(lost))} (see the check nodes)")
    old = tuple(pod for pod in found if pod.age_s is None or pod.age_s >= limits.YOUNG_POD_S)
    if found and not old:
        raise Blocked(f"just made, and not ready yet: {', '.join(map(repr, found))}; ask again in a moment")
    return old


def crashing(all_pods: Iterable[PodOnNode], members: Iterable[Member], asked_at: datetime) -> tuple[PodOnNode, ...]:
    """Give the system's pods that are ready now, and of which a container has crashed within the last hour, not for the first time.

    One that ended before its node was last Ready anew went down with the node: that is no crash of its own.
    """
    since = {member.name: member.ready_since for member in members}
    return tuple(
        pod for pod in _of_the_system(all_pods)
        if pod.ready and pod.restarts >= MANY and pod.crashed_at is not None
        and (asked_at - pod.crashed_at).total_seconds() <= limits.LATELY_S
        and (ready := since.get(pod.node)) is not None and ready < pod.crashed_at
    )  # fmt: skip


def _of_the_system(pods: Iterable[PodOnNode]) -> list[PodOnNode]:
    found = [pod for pod in pods if pod.namespace in SYSTEM_NAMESPACES]
    if not found:
        raise NotApplicable("the cluster has no system pods")
    return found


def _is_well(pod: PodOnNode, pods: list[PodOnNode]) -> bool:
    """Ready, done, or on its way out; one that failed is made good by another pod of its owner that is ready or done."""
    if pod.ready or pod.phase == "Succeeded" or pod.is_leaving:
        return True
    others = (other for other in pods if other.owner == pod.owner and other.namespace == pod.namespace)
    made_good = any(other.ready or other.phase == "Succeeded" for other in others)
    return pod.phase == "Failed" and pod.owner.kind != "" and made_good
