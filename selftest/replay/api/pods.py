"""Pods: let in by admission, placed by the scheduler, brought into the states of a case's scripts by kubelets."""

from __future__ import annotations

from collections.abc import Iterator

from selftest.replay.api.events import Events, Step, Steps
from selftest.replay.api.kinds import Object
from selftest.replay.api.pod_status import status_of, unscheduled
from selftest.replay.api.refusal import Refusal
from selftest.replay.api.scheduler import ENDED, Scheduler, is_ready
from selftest.replay.api.script import Script, State
from selftest.replay.api.store import now

HEALTHY = {"DaemonSet": "running", "Pod": "running", "Job": "succeeded"}


class Pods:
    """The pods of a cluster, as admission, scheduler and kubelets have them."""

    def __init__(self, events: Events, steps: Steps) -> None:
        self.events, self.steps = events, steps
        self.store, self.spec = events.store, events.spec
        self.scheduler = Scheduler(self.store)
        self._states: dict[str, State] = {}
        self._addresses = 1

    def state(self, pod: Object) -> State:
        """Give the state that a script has put a pod into; an empty one for the pods of `objects`."""
        return self._states.get(pod["metadata"]["uid"], {})

    def admit(self, pod: Object) -> None:
        """Let a pod in, or not; raises Refusal as the API server's admission does."""
        name = pod["metadata"].get("name") or pod["metadata"].get("generateName", "")
        space, account = pod["metadata"]["namespace"], pod["spec"].get("serviceAccountName", "default")
        if self.store.find("ServiceAccount", space, account) is None:
            why = f'error looking up service account {space}/{account}: serviceaccount "{account}" not found'
            raise Refusal(403, f'pods "{name}" is forbidden: {why}')
        wanted = pod["spec"].get("runtimeClassName")
        if not wanted:
            return
        found = self.store.find("RuntimeClass", "", wanted)
        if found is None:
            raise Refusal(403, f'pods "{name}" is forbidden: pod rejected: RuntimeClass "{wanted}" not found')
        scheduling = found.get("scheduling") or {}
        pod["spec"]["nodeSelector"] = {
            **(pod["spec"].get("nodeSelector") or {}),
            **(scheduling.get("nodeSelector") or {}),
        }
        pod["spec"]["tolerations"] = [*(pod["spec"].get("tolerations") or []), *(scheduling.get("tolerations") or [])]

    def made(self, pod: Object) -> None:
        """Take a pod that somebody has made by itself."""
        self.place(pod)
        self.live(pod, pod)

    def place(self, pod: Object) -> None:
        """Choose the pod's node, or leave it without one."""
        pod["status"] = {"phase": "Pending"}
        if not pod["spec"].get("nodeName"):
            node, why = self.scheduler.place(pod)
            if node:
                pod["spec"]["nodeName"] = node
            else:
                self._leave(pod, why)

    def _leave(self, pod: Object, why: str) -> None:
        """Say that no node takes a pod."""
        pod["spec"].pop("nodeName", None)
        pod["status"] = unscheduled(why)
        self.events.report(pod, {"reason": "FailedScheduling", "message": why})

    def said(self, pod: Object, owner: Object, node: str, index: int | None = None) -> list[State]:
        """Give the states that a script has for a pod: one about its owner, or one about the pod."""
        about = [owner] if owner is pod else [pod, owner]
        scripts: Iterator[Script] = (script for item in about for script in self.spec.scripts_for(item))
        return next(filter(None, (script.states(node, index) for script in scripts)), [])

    def live(self, pod: Object, owner: Object, index: int | None = None) -> None:
        """Put a pod into the first of its states; the others follow as it is looked at."""
        node = pod["spec"].get("nodeName", "")
        said = self.said(pod, owner, node, index)
        host = self.store.find("Node", "", node)
        healthy = HEALTHY[owner["kind"]] if host is not None and is_ready(host) else "pending"
        self.events.warn(pod)
        if node or said:
            self.steps.play(pod, [self._step(pod, state) for state in said or [{"state": healthy}]])

    def _step(self, pod: Object, state: State) -> Step:
        return lambda: self._enter(pod, state)

    def _enter(self, pod: Object, state: State) -> None:
        """Put a pod into a state, with the state's events."""
        metadata = pod["metadata"]
        if state["state"] in ("gone", "none"):
            self.store.discard(pod)
            return
        if state["state"] == "unscheduled":
            self._leave(pod, str(state.get("message", "0/0 nodes are available.")))
        elif pod["spec"].get("nodeName"):
            self._states[metadata["uid"]] = state
            pod["status"] = status_of(pod, state, *self._addresses_of(pod, state))
        for event in state.get("events") or []:
            self.events.report(pod, event)
        for reference in metadata.get("ownerReferences") or []:
            self._count_job(self.store.find("Job", metadata["namespace"], reference["name"]))

    def _addresses_of(self, pod: Object, state: State) -> tuple[str, str]:
        """Give a pod's address and its node's."""
        node = self.store.find("Node", "", pod["spec"]["nodeName"]) or {}
        said = (node.get("status") or {}).get("addresses") or []
        host = next((each["address"] for each in said if each.get("type") == "InternalIP"), "")
        if pod["spec"].get("hostNetwork"):
            return host, host
        self._addresses += 1
        names = [each["metadata"]["name"] for each in self.store.all("Node")]
        number = names.index(pod["spec"]["nodeName"]) if pod["spec"]["nodeName"] in names else len(names)
        pods = str((node.get("spec") or {}).get("podCIDR", f"10.42.{number}.0/24"))
        made = str(state.get("address", pods.split("/")[0].rpartition(".")[0] + ".{n}"))
        return made.replace("{n}", str(self._addresses)), host

    def _count_job(self, job: Object | None) -> None:
        if job is None:
            return
        phases = [(pod.get("status") or {}).get("phase") for pod in self.store.owned(job["metadata"]["uid"])]
        job["status"] = {
            "active": sum(phase not in ENDED for phase in phases),
            "succeeded": phases.count("Succeeded"), "failed": phases.count("Failed"), "startTime": now(),
        }  # fmt: skip
        if phases.count("Succeeded") == int(job["spec"].get("completions") or len(phases)):
            job["status"] |= {"completionTime": now(), "conditions": [{"type": "Complete", "status": "True"}]}
        elif phases.count("Failed") > int(job["spec"].get("backoffLimit", 6)):
            job["status"]["conditions"] = [{"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded"}]
