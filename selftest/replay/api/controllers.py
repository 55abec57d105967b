"""DaemonSets and Jobs: the pods that their controllers make."""

from __future__ import annotations

import copy
from collections.abc import Mapping

from selftest.replay.api.kinds import Object
from selftest.replay.api.pods import Pods
from selftest.replay.api.refusal import Refusal
from selftest.replay.api.scheduler import affinity_holds, taints_of, tolerates

INDEX = "batch.kubernetes.io/job-completion-index"
OF_DAEMONS = ("not-ready", "unreachable", "disk-pressure", "memory-pressure", "pid-pressure", "unschedulable")
"""Taints that the DaemonSet controller makes its pods bear."""


class Controllers:
    """Makes the pods of DaemonSets and Jobs."""

    def __init__(self, pods: Pods) -> None:
        self.pods, self.store, self.events = pods, pods.store, pods.events

    def daemon_set(self, item: Object) -> None:
        """Make a DaemonSet's pods, one on each node that it is for."""
        made = [pod for pod in (self._daemon(item, node) for node in self.store.all("Node")) if pod]
        for pod in made:
            self.pods.place(pod)
        for pod in made:
            self.pods.live(pod, item)
        running = sum(self.pods.state(pod).get("state") == "running" for pod in made)
        count = {"desiredNumberScheduled": len(made), "currentNumberScheduled": len(made), "numberReady": running}
        item["status"] = count | {"numberMisscheduled": 0, "observedGeneration": 1}

    def _daemon(self, item: Object, node: Object) -> Object | None:
        """Make the DaemonSet's pod for a node; None where its controller would not, or the script says so."""
        name = node["metadata"]["name"]
        spec = copy.deepcopy(item["spec"]["template"]["spec"])
        spec["tolerations"] = [
            *(spec.get("tolerations") or []),
            *({"key": f"node.kubernetes.io/{taint}", "operator": "Exists"} for taint in OF_DAEMONS),
        ]
        borne = all(tolerates(spec, taint) for taint in taints_of(node) if taint.get("effect") != "PreferNoSchedule")
        if not borne or not affinity_holds(spec, node) or self.pods.said(item, item, name)[:1] == [{"state": "none"}]:
            return None
        term = {"matchFields": [{"key": "metadata.name", "operator": "In", "values": [name]}]}
        affinity = copy.deepcopy(spec.get("affinity") or {})
        affinity["nodeAffinity"] = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]}}
        return self._pod_of(item, spec | {"affinity": affinity, "restartPolicy": "Always"})

    def job(self, item: Object) -> None:
        """Make a Job's pods, all at once."""
        spec = item["spec"]
        count = int(spec.get("completions") or spec.get("parallelism") or 1)
        indexed = spec.get("completionMode") == "Indexed"
        made = [pod for pod in (self._worker(item, index if indexed else None) for index in range(count)) if pod]
        for pod in made:  # all of them before the first ends: the next would take its place
            self.pods.place(pod)
        for pod in made:
            index = pod["metadata"].get("annotations", {}).get(INDEX)
            self.pods.live(pod, item, None if index is None else int(index))

    def _worker(self, job: Object, index: int | None) -> Object | None:
        spec = copy.deepcopy(job["spec"]["template"]["spec"])
        if self.pods.said(job, job, "", index)[:1] == [{"state": "none"}]:
            return None
        if index is None:
            return self._pod_of(job, spec)
        for container in spec["containers"]:
            container["env"] = [*container.get("env", []), {"name": "JOB_COMPLETION_INDEX", "value": str(index)}]
        return self._pod_of(job, spec, {INDEX: str(index)}, f"-{index}")

    def _pod_of(
        self, owner: Object, spec: Object, index: Mapping[str, str] | None = None, part: str = ""
    ) -> Object | None:
        """Make a pod by its owner's template; where it is not let in, an event about the owner says why."""
        template, above = owner["spec"]["template"].get("metadata") or {}, owner["metadata"]
        job = {"job-name": above["name"], "controller-uid": above["uid"]} if owner["kind"] == "Job" else {}
        pod: Object = {
            "apiVersion": "v1", "kind": "Pod", "spec": spec,
            "metadata": {
                "generateName": f"{above['name']}{part}-", "namespace": above["namespace"],
                "labels": {**(template.get("labels") or {}), **job, **(index or {})},
                "annotations": {**(template.get("annotations") or {}), **(index or {})},
                "ownerReferences": [
                    {"apiVersion": owner["apiVersion"], "kind": owner["kind"], "name": above["name"], "uid": above["uid"],
                     "controller": True}
                ],
            },
        }  # fmt: skip
        try:
            self.pods.admit(pod)
        except Refusal as refusal:
            self.events.report(owner, {"reason": "FailedCreate", "message": f"Error creating: {refusal.message}"})
            return None
        return self.store.add(pod)
