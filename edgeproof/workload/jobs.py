"""Runs an Indexed Job to its end and gives each pod's log; one that fails says why at once."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import PurePosixPath

from edgeproof import limits
from edgeproof.errors import WorkloadError
from edgeproof.inventory import Inventory
from edgeproof.workload.manifests import NFS_JOB, SYNTHETIC_JOB, Manifest, manifest, pod_spec, set_environment
from edgeproof.workload.own import URLS, OwnNamespace
from edgeproof.workload.pods import HOPELESS_WARNINGS, PodState, explain, pod_state


@dataclass(frozen=True)
class JobLogs:
    """What a job's pods printed, by completion index, where each ran, and how long the whole took."""

    logs: dict[int, str]
    nodes: dict[int, str]
    wall_s: float


def synthetic_job(inventory: Inventory, shards: int) -> Manifest:
    """Give Workload I for `shards` agents."""
    job = manifest(SYNTHETIC_JOB)
    set_environment(job, TOTAL_IMAGES=str(inventory.workload.synthetic_images))
    return _patched(job, inventory, shards)


def nfs_job(inventory: Inventory, agents: list[str], name: str) -> Manifest:
    """Give Workload II for those agents, one shard each, under a name of its own."""
    job = manifest(NFS_JOB)
    job["metadata"]["name"] = name
    labels = job["spec"]["template"]["metadata"]["labels"]
    labels["app"] = name
    spec = pod_spec(job)
    affinity = spec["affinity"]["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"][0]
    affinity["labelSelector"]["matchLabels"]["app"] = name
    spec["affinity"]["nodeAffinity"] = {
        "requiredDuringSchedulingIgnoredDuringExecution": {
            "nodeSelectorTerms": [
                {"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "In", "values": agents}]}
            ]
        }
    }
    folder = PurePosixPath(spec["containers"][0]["volumeMounts"][0]["mountPath"]) / inventory.dataset_in_export
    spec["containers"][0]["command"][-1] = str(folder)
    set_environment(job, NFS_IMAGES_PATH=str(folder))
    return _patched(job, inventory, len(agents))


def _patched(job: Manifest, inventory: Inventory, shards: int) -> Manifest:
    job["spec"]["completions"] = job["spec"]["parallelism"] = shards
    pod_spec(job)["containers"][0]["image"] = inventory.images.worker
    set_environment(
        job, TOTAL_JOBS=str(shards), EDGEPROOF_PREDICTIONS="inline", EDGEPROOF_PROFILE=inventory.workload.profile
    )
    return job


def run_job(own: OwnNamespace, job: Manifest) -> JobLogs:
    """Make the job and wait for all its pods; raises WorkloadError as soon as one cannot do its work, and says why."""
    name, shards = job["metadata"]["name"], int(job["spec"]["completions"])
    started_s = time.monotonic()
    own.create(job)
    url = URLS["Pod"].format(own.name)
    watch = _Watch(own, name, shards, started_s)
    while True:
        pods = [pod_state(item) for item in own.api.items(url, f"job-name={name}")]
        if watch.finished(pods):
            break
        time.sleep(limits.POLL_S)
    wall_s = time.monotonic() - started_s
    done = {pod.index: pod for pod in pods if pod.index is not None and pod.state == "succeeded"}
    logs = {index: own.api.logs(own.name, pod.name) for index, pod in done.items()}
    return JobLogs(logs, {index: pod.node for index, pod in done.items()}, wall_s)


class _Watch:
    """Decides, look by look, whether a job goes on, is finished, or has failed."""

    def __init__(self, own: OwnNamespace, name: str, shards: int, started_s: float) -> None:
        self.own, self.name, self.shards = own, name, shards
        self.started_s = started_s
        self.seen: dict[str, PodState] = {}
        self.lost_since_s: dict[str, float] = {}

    def finished(self, pods: list[PodState]) -> bool:
        """Tell whether every index has succeeded; raises WorkloadError where that will not happen any more."""
        now_s = time.monotonic()
        for pod in pods:
            if pod.state == "failed":
                raise WorkloadError(f"job {self.name}, index {pod.index}: {explain(self.own, pod)}")
        self._check_gone({pod.name for pod in pods})
        self._check_waiting([pod for pod in pods if pod.state == "pending"], now_s)
        self._check_nodes([pod for pod in pods if pod.state == "running"], now_s)
        self.seen = {pod.name: pod for pod in pods}
        done = {pod.index for pod in pods if pod.state == "succeeded"}
        if now_s - self.started_s > limits.JOB_S:
            raise WorkloadError(f"job {self.name}: {len(done)} of {self.shards} shards done after {limits.JOB_S:.0f} s")
        return len(done) == self.shards

    def _check_gone(self, names: set[str]) -> None:
        for name, pod in self.seen.items():
            if name not in names and pod.state in ("running", "pending"):
                words = "was deleted while it worked: somebody removed it, or its node was drained or lost"
                raise WorkloadError(
                    f"job {self.name}, index {pod.index}: pod {name} on {pod.node or 'no node'} {words}"
                )

    def _check_waiting(self, waiting: list[PodState], now_s: float) -> None:
        waited_s = now_s - self.started_s
        for pod in waiting:
            warned = waited_s > limits.POD_WARNED_S and any(
                reason in warning for warning in self.own.warnings(pod.name) for reason in HOPELESS_WARNINGS
            )
            if warned or waited_s > limits.JOB_START_S:
                raise WorkloadError(f"job {self.name}, index {pod.index} does not start: {explain(self.own, pod)}")
        if not waiting and not self.seen and waited_s > limits.JOB_START_S:
            raise WorkloadError(
                f"job {self.name}: no pod was made within {limits.JOB_START_S:.0f} s", "sudo journalctl -u k3s -n 20"
            )

    def _check_nodes(self, running: list[PodState], now_s: float) -> None:
        """A pod on a node that answers no longer still reads Running: ask for the node."""
        ready = {}
        for item in self.own.api.items("/api/v1/nodes"):
            conditions = {c.get("type"): c.get("status") for c in item.get("status", {}).get("conditions") or []}
            ready[item["metadata"]["name"]] = conditions.get("Ready") == "True"
        for pod in running:
            if ready.get(pod.node, False):
                self.lost_since_s.pop(pod.node, None)
                continue
            since_s = self.lost_since_s.setdefault(pod.node, now_s)
            if now_s - since_s > limits.NODE_LOST_S:
                raise WorkloadError(
                    f"job {self.name}, index {pod.index}: its node {pod.node} is not Ready any more, so pod {pod.name} is lost",
                    f"sudo systemctl status k3s-agent   # on {pod.node}; is the board on?",
                )
