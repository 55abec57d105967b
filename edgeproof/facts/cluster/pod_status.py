"""How a pod does, by its status: running, done, or not, and then why, in the cluster's words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from edgeproof.facts.cluster.parse import part, parts, text
from edgeproof.quoted import shortened

State = Literal["pending", "running", "succeeded", "failed"]
HOPELESS = frozenset(
    {"ErrImageNeverPull", "ErrImagePull", "ImagePullBackOff", "InvalidImageName", "CreateContainerConfigError",
     "CreateContainerError", "RunContainerError", "StartError", "ContainerCannotRun", "CrashLoopBackOff"}
)  # fmt: skip
"""Reasons of a waiting container that no waiting mends."""

SIGNALS = {
    132: "illegal instruction",
    134: "aborted",
    135: "bus error",
    137: "killed",
    139: "segmentation fault",
    143: "terminated from outside",
}
"""What an exit status over 128 means: 128 and the signal's number (signal(7))."""

MESSAGE_CHARACTERS = 600
"""What is shown of a container runtime's message."""


@dataclass(frozen=True)
class PodStatus:
    """`why` says what stands in its way, or how it ended; `exit_code` is None unless a container has ended."""

    state: State
    why: str = ""
    exit_code: int | None = None


def pod_status(pod: dict[str, Any]) -> PodStatus:
    """Read a Pod object; of several containers the one that is in the way decides."""
    status = part(pod, "status")
    own = parts(status, "containerStatuses")
    if text(status, "phase") == "Succeeded":
        codes = [_code(part(c, "state", "terminated")) for c in own]
        return PodStatus("succeeded", exit_code=codes[0] if codes else None)
    for container in [*parts(status, "initContainerStatuses"), *own]:
        trouble = _trouble(container)
        if trouble is not None:
            return trouble
    if text(status, "phase") == "Failed":
        return PodStatus("failed", _joined(text(status, "reason") or "failed", text(status, "message")))
    return _in_order(status, own)


def _trouble(container: dict[str, Any]) -> PodStatus | None:
    ended, waiting = part(container, "state", "terminated"), part(container, "state", "waiting")
    if ended and _code(ended) != 0:
        return PodStatus("failed", how_it_ended(ended), _code(ended))
    if text(waiting, "reason") not in HOPELESS:
        return None
    words, before = _waits(waiting), part(container, "lastState", "terminated")
    if not before:
        return PodStatus("failed", words)
    return PodStatus("failed", f"{words}; before that: {how_it_ended(before)}", _code(before))


def _in_order(status: dict[str, Any], own: list[dict[str, Any]]) -> PodStatus:
    states = [part(container, "state") for container in own]
    if states and all("terminated" in state for state in states):
        return PodStatus("succeeded", exit_code=0)
    if states and all("running" in state or "terminated" in state for state in states):
        return PodStatus("running")
    waiting = next((part(state, "waiting") for state in states if "waiting" in state), {})
    if waiting:
        return PodStatus("pending", _waits(waiting))
    return PodStatus("pending", unschedulable(status) or "not started yet")


def unschedulable(status: dict[str, Any]) -> str:
    """Say in the scheduler's words why it found no node; '' where it did not say so."""
    said = (
        c for c in parts(status, "conditions") if text(c, "reason") == "Unschedulable" and c.get("status") == "False"
    )
    return next((_joined("Unschedulable", text(condition, "message")) for condition in said), "")


def how_it_ended(ended: dict[str, Any]) -> str:
    """Say a container's end: exit status, what that means, the runtime's reason and message."""
    code = _code(ended)
    meaning = f" ({SIGNALS[code]})" if code in SIGNALS else ""
    return _joined(f"exit status {code}{meaning}", text(ended, "reason"), text(ended, "message"))


def _waits(waiting: dict[str, Any]) -> str:
    return _joined(text(waiting, "reason"), text(waiting, "message"))


def _code(ended: dict[str, Any]) -> int | None:
    code = ended.get("exitCode")
    return code if isinstance(code, int) else None


def _joined(*words: str) -> str:
    return ": ".join(shortened(word.strip(), MESSAGE_CHARACTERS) for word in words if word.strip())
