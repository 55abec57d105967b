"""A Pod's status, made of the state that a script names."""

from __future__ import annotations

from typing import Any

from selftest.replay.api.kinds import Object
from selftest.replay.api.script import State
from selftest.replay.api.store import merged, now

MESSAGES = {
    "ImagePullBackOff": 'Back-off pulling image "{image}"',
    "ErrImageNeverPull": 'Container image "{image}" is not present with pull policy of Never',
    "CrashLoopBackOff": "back-off 5m0s restarting failed container={container} pod={pod}_{namespace}({uid})",
}
"""What a kubelet adds to a reason, where the script does not."""
CRASH_RESTARTS = 5


def fill(text: str, pod: Object, container: dict[str, Any] | None = None) -> str:
    """Put a pod's own names into a message: {pod} {namespace} {uid} {node} {container} {image}."""
    each = container or (pod["spec"].get("containers") or [{}])[0]
    names = {
        "pod": pod["metadata"]["name"], "namespace": pod["metadata"]["namespace"], "uid": pod["metadata"]["uid"],
        "node": pod["spec"].get("nodeName", ""), "container": each.get("name", ""), "image": each.get("image", ""),
    }  # fmt: skip
    for name, value in names.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text


def unscheduled(message: str) -> Object:
    """Give the status of a pod that no node takes."""
    condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}
    return {"phase": "Pending", "conditions": [condition], "qosClass": "BestEffort"}


def status_of(pod: Object, state: State, address: str, host: str) -> Object:
    """Give the status of a pod on a node, in one of the language's states."""
    name = state["state"]
    made: Object = {"phase": _phase(pod, state), "qosClass": "BestEffort"}
    is_running = name == "running"
    is_ready = is_running and bool(state.get("ready", True))
    made["conditions"] = [
        {"type": kind, "status": "True" if holds else "False", "lastTransitionTime": now()}
        for kind, holds in (
            ("Initialized", name != "pending"), ("Ready", is_ready), ("ContainersReady", is_ready), ("PodScheduled", True)
        )
    ]  # fmt: skip
    if name == "failed" and "exitCode" not in state:  # the kubelet ends the pod itself: evicted, node shut down
        made |= {"reason": state.get("reason", "Evicted"), "message": fill(state.get("message", ""), pod)}
    elif name != "pending":
        made |= {"hostIP": host, "startTime": now()}
        made["containerStatuses"] = [
            _container(pod, each, state, is_ready) for each in pod["spec"].get("containers") or []
        ]
    if name in ("running", "crash"):
        made |= {"podIP": address, "podIPs": [{"ip": address}]}
    found: Object = merged(made, state.get("status", {}))
    return found


def _phase(pod: Object, state: State) -> str:
    name = str(state["state"])
    if name in ("succeeded", "failed"):
        return name.capitalize()
    if name == "terminated":
        if pod["spec"].get("restartPolicy", "Always") == "Always":
            return "Running"
        return "Failed" if state.get("exitCode", 1) else "Succeeded"
    return "Running" if name in ("running", "crash") else "Pending"


def _container(pod: Object, container: dict[str, Any], state: State, is_ready: bool) -> Object:
    again = int(state.get("restarts", CRASH_RESTARTS if state["state"] == "crash" else 0))
    made: Object = {
        "name": container["name"], "image": container.get("image", ""), "ready": is_ready, "restartCount": again,
        "started": state["state"] == "running", "imageID": "", "lastState": {},
        "state": _container_state(pod, container, state),
    }  # fmt: skip
    if state["state"] == "crash":
        made["lastState"] = {"terminated": _ended(pod, container, {"exitCode": 1, "reason": "Error"} | state)}
    return made


def _container_state(pod: Object, container: dict[str, Any], state: State) -> Object:
    name = state["state"]
    if name == "running":
        return {"running": {"startedAt": now()}}
    if name in ("succeeded", "failed", "terminated"):
        return {"terminated": _ended(pod, container, state)}
    given = {"reason": "CrashLoopBackOff"} if name == "crash" else state
    waiting = {"reason": str(given.get("reason", "ContainerCreating"))}
    message = str(given.get("message", MESSAGES.get(waiting["reason"], "")))
    return {"waiting": waiting | ({"message": fill(message, pod, container)} if message else {})}


def _ended(pod: Object, container: dict[str, Any], state: State) -> Object:
    code = 0 if state["state"] == "succeeded" else int(state.get("exitCode", 1))
    made = {"exitCode": code, "reason": str(state.get("reason", "Error" if code else "Completed"))}
    if "message" in state:
        made["message"] = fill(str(state["message"]), pod, container)
    return made | {"startedAt": now(), "finishedAt": now()}
