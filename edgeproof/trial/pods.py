"""How a pod does: running, done, or not, and then why, as soon as that is decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from edgeproof import limits
from edgeproof.trial.namespace import OwnNamespace
from edgeproof.waiting import look_until

State = Literal["pending", "running", "succeeded", "failed"]
HOPELESS = frozenset(
    {"ErrImageNeverPull", "ErrImagePull", "ImagePullBackOff", "InvalidImageName", "CreateContainerConfigError",
     "CreateContainerError", "RunContainerError", "CrashLoopBackOff"}
)  # fmt: skip
"""Reasons of a waiting container that no waiting mends."""

HOPELESS_WARNINGS = ("FailedMount", "FailedScheduling", "FailedCreatePodSandBox")
LAST_LINES = 10
EXIT_CODES = {
    132: "illegal instruction (catalogue: illegal-instruction)",
    137: "killed: out of memory, or from outside (catalogue: unified-memory-oom)",
    139: "segmentation fault",
    143: "terminated from outside",
}


@dataclass(frozen=True)
class PodState:
    """One pod now. `why` says what stands in its way, or how it ended; `exit_code` is None unless its container ended."""

    name: str
    node: str
    index: int | None
    state: State
    why: str
    address: str = ""
    exit_code: int | None = None


def pod_state(pod: dict[str, Any]) -> PodState:
    """Read a Pod object."""
    metadata, status = pod["metadata"], pod.get("status") or {}
    index = (metadata.get("annotations") or {}).get("batch.kubernetes.io/job-completion-index")
    containers = status.get("containerStatuses") or []
    container = containers[0].get("state", {}) if containers else {}
    state, why = _state(status, container)
    return PodState(
        metadata["name"], (pod.get("spec") or {}).get("nodeName", ""), int(index) if index is not None else None,
        state, why, status.get("podIP", ""), (container.get("terminated") or {}).get("exitCode"),
    )  # fmt: skip


def _state(status: dict[str, Any], container: dict[str, Any]) -> tuple[State, str]:
    if status.get("phase") == "Succeeded":
        return "succeeded", ""
    if ended := container.get("terminated"):
        code = ended.get("exitCode")
        return (
            ("succeeded", "")
            if code == 0
            else ("failed", f"exit status {code}: {EXIT_CODES.get(code, ended.get('reason', ''))}")
        )
    if status.get("phase") == "Failed":
        return "failed", f"{status.get('reason', 'failed')}: {status.get('message', '')}"
    if waiting := container.get("waiting"):
        reason = waiting.get("reason", "")
        return ("failed" if reason in HOPELESS else "pending"), f"{reason}: {waiting.get('message', '')}"
    if "running" in container:
        return "running", ""
    conditions = [
        c for c in status.get("conditions") or [] if c.get("status") == "False" and c.get("reason") == "Unschedulable"
    ]
    return "pending", f"Unschedulable: {conditions[0].get('message', '')}" if conditions else "not started yet"


def is_hopeless(own: OwnNamespace, pod: PodState) -> bool:
    """Tell whether the cluster warns of the pod in a way that no more waiting mends."""
    return any(reason in warning for warning in own.warnings(pod.name) for reason in HOPELESS_WARNINGS)


def explain(own: OwnNamespace, pod: PodState) -> str:
    """Say why a pod does not do its work: its state, the cluster's last warning, its last lines."""
    parts = [f"pod {pod.name} on {pod.node or 'no node'}: {pod.why}"]
    parts += own.warnings(pod.name)[-1:]
    if pod.state == "failed" and pod.exit_code is not None:
        lines = own.api.logs(own.name, pod.name, LAST_LINES).strip().splitlines()
        parts += [f"  | {line}" for line in lines]
    return "\n".join(parts)


def await_pods(own: OwnNamespace, label: str, wanted: list[str]) -> dict[str, PodState]:
    """Give the labelled pods by their nodes' names, once each of `wanted` runs, or it is decided that it will not."""

    def look() -> dict[str, PodState]:
        pods = [pod_state(item) for item in own.api.items(f"/api/v1/namespaces/{own.name}/pods", label)]
        return {_node_of(pod, wanted): pod for pod in pods}

    def decided(pods: dict[str, PodState], waited_s: float) -> bool:
        if any(name not in pods for name in wanted):
            return False
        waiting = [pods[name] for name in wanted if pods[name].state == "pending"]
        if not waiting:
            return True
        return waited_s >= limits.POD_WARNED_S and all(is_hopeless(own, pod) for pod in waiting)

    return look_until(limits.PODS_READY_S, look, decided)


def _node_of(pod: PodState, wanted: list[str]) -> str:
    """A pod that is not scheduled yet still says by its name which node it is for."""
    return pod.node or next((name for name in wanted if pod.name.endswith(f"-{name}")), "")
