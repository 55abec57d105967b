"""How a pod of edgeproof's does: running, done, or not, and then why, as soon as that is decided."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from edgeproof import limits
from edgeproof.errors import ApiForbidden, ApiRefused
from edgeproof.facts.cluster.members import HOSTNAME, Member, parse_member
from edgeproof.facts.cluster.parse import number, part, parts, text
from edgeproof.facts.cluster.pod_status import State, pod_status
from edgeproof.facts.observed import reason
from edgeproof.trial.namespace import OwnNamespace
from edgeproof.waiting import look_until

NO_SANDBOX = "FailedCreatePodSandBox"
"""What the kubelet warns of where a pod gets no network, or its runtime does not take it: before any container of its own."""
HOPELESS_WARNINGS = ("FailedMount", "FailedScheduling", NO_SANDBOX, "FailedCreate")
LAST_LINES = 10
INDEX = "batch.kubernetes.io/job-completion-index"


@dataclass(frozen=True)
class PodState:
    """One pod now. `why` says what stands in its way, or how it ended; `exit_code` is None unless its container ended.

    `node` is Kubernetes' name of its node, '' before it has one; `meant_for` the node's name or hostname that it asks for.
    """

    name: str
    node: str
    index: int | None
    state: State
    why: str
    address: str = ""
    exit_code: int | None = None
    meant_for: str = ""


def pod_state(pod: dict[str, Any]) -> PodState:
    """Read a Pod object."""
    metadata, found = part(pod, "metadata"), pod_status(pod)
    index = text(part(metadata, "annotations"), INDEX)
    return PodState(
        name=text(metadata, "name"),
        node=text(part(pod, "spec"), "nodeName"),
        index=number(index) if re.fullmatch("[0-9]{1,9}", index) else None,
        state=found.state,
        why=found.why,
        address=text(part(pod, "status"), "podIP"),
        exit_code=found.exit_code,
        meant_for=_meant_for(part(pod, "spec")),
    )


def _meant_for(spec: dict[str, Any]) -> str:
    """A DaemonSet's pod says by its affinity for which node it is, another by its selector."""
    required = part(spec, "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
    for term in parts(required, "nodeSelectorTerms"):
        for field in parts(term, "matchFields"):
            values = field.get("values")
            if text(field, "key") == "metadata.name" and isinstance(values, list) and len(values) == 1:
                return str(values[0])
    return text(part(spec, "nodeSelector"), HOSTNAME)


def is_hopeless(own: OwnNamespace, name: str) -> bool:
    """Tell whether the cluster warns of a pod, or of what makes pods, in a way that no more waiting mends."""
    return any(reason in warning for warning in own.warnings(name) for reason in HOPELESS_WARNINGS)


def members_now(own: OwnNamespace) -> dict[str, Member]:
    """Give the Node objects as they are now, by Kubernetes' names of them."""
    members = [parse_member(item) for item in own.api.items("/api/v1/nodes")]
    return {member.name: member for member in members}


def lost(own: OwnNamespace, boards: Iterable[str]) -> dict[str, str]:
    """Say of which boards the node was Ready when the cluster was looked at, and is known not to be so now."""
    were = {board: own.cluster.members[board] for board in boards if board in own.cluster.members}
    were = {board: member for board, member in were.items() if member.is_ready}
    now = members_now(own) if were else {}
    return {
        board: f"{board} was Ready when this run began, and is not any more: {now[member.name].why_not_ready or 'no reason is told'}"
        for board, member in were.items()
        if member.name in now and not reason(now[member.name], "ready") and not now[member.name].ready
    }


def explain(own: OwnNamespace, pod: PodState) -> str:
    """Say why a pod does not do its work: its state, the cluster's last warning, its last lines."""
    said = [f"pod {pod.name} on {pod.node or 'no node'}: {pod.why}", *own.warnings(pod.name)[-1:]]
    if pod.state == "failed" and pod.exit_code is not None:
        said += [f"  | {line}" for line in _last_lines(own, pod)]
    return "\n".join(said)


def _last_lines(own: OwnNamespace, pod: PodState) -> list[str]:
    """Give the last lines of its log; none where the container never started, so that there is no log."""
    try:
        return own.api.logs(own.name, pod.name, LAST_LINES).strip().splitlines()
    except ApiForbidden as error:
        return [str(error)]
    except ApiRefused:
        return []


def await_pods(own: OwnNamespace, label: str, wanted: list[str], makers: tuple[str, ...] = ()) -> dict[str, PodState]:
    """Give the labelled pods by the inventory's names of their nodes, once each of `wanted` runs, or it is decided that it will not.

    `makers` are the objects that make them: where one is warned of, a pod that is not there will not come.
    """

    def look() -> dict[str, PodState]:
        pods = [pod_state(item) for item in own.api.items(f"/api/v1/namespaces/{own.name}/pods", label)]
        return {own.cluster.board(pod.node or pod.meant_for): pod for pod in pods}

    def decided(pods: dict[str, PodState], waited_s: float) -> bool:
        pending = [name for name in wanted if name in pods and pods[name].state == "pending"]
        if waited_s >= limits.POD_WARNED_S:
            gone = lost(own, pending)
            pending = [name for name in pending if name not in gone]
        waiting = [pods[name].name for name in pending]
        if any(name not in pods for name in wanted):
            if not makers:
                return False
            waiting += makers
        if not waiting:
            return True
        return waited_s >= limits.POD_WARNED_S and all(is_hopeless(own, name) for name in waiting)

    return look_until(limits.PODS_READY_S, look, decided)
