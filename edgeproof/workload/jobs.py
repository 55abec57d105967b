"""Runs an Indexed Job to its end and reads what its pods printed; one that fails says why at once."""

from __future__ import annotations

import time
from pathlib import PurePosixPath

from edgeproof import limits
from edgeproof.errors import WorkloadError
from edgeproof.facts.cluster import ClusterFacts
from edgeproof.measure.shard_record import parse_record
from edgeproof.measure.shards import JobRun, Shard
from edgeproof.trial.gpu import ask_for_gpu
from edgeproof.trial.manifests import NFS_JOB, SYNTHETIC_JOB, Manifest, manifest, pod_spec, set_environment
from edgeproof.trial.namespace import URLS, OwnNamespace
from edgeproof.trial.placement import bind, place_on_agents
from edgeproof.trial.pods import PodState, explain, is_hopeless, members_now, pod_state
from edgeproof.waiting import look_until
from edgeproof.workload.server_watch import ServerWatch, reads_from_claim


def synthetic_job(cluster: ClusterFacts, agents: list[str]) -> Manifest:
    """Give Workload I for those agents, one shard each."""
    job = manifest(SYNTHETIC_JOB)
    set_environment(job, TOTAL_IMAGES=str(cluster.declared.workload.synthetic_images))
    return _patched(job, cluster, agents)


def nfs_job(cluster: ClusterFacts, agents: list[str], name: str) -> Manifest:
    """Give Workload II for those agents, one shard each, under a name of its own."""
    inventory, job = cluster.declared, manifest(NFS_JOB)
    job["metadata"]["name"] = name
    job["spec"]["template"]["metadata"]["labels"]["app"] = name
    spec = pod_spec(job)
    affinity = spec["affinity"]["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"][0]
    affinity["labelSelector"]["matchLabels"]["app"] = name
    bind(job, cluster, agents)
    folder = PurePosixPath(spec["containers"][0]["volumeMounts"][0]["mountPath"]) / inventory.dataset_in_export
    spec["containers"][0]["command"][-1] = str(folder)
    set_environment(job, NFS_IMAGES_PATH=str(folder))
    return _patched(job, cluster, agents)


def _patched(job: Manifest, cluster: ClusterFacts, agents: list[str]) -> Manifest:
    inventory, shards = cluster.declared, len(agents)
    job["spec"]["completions"] = job["spec"]["parallelism"] = shards
    pod_spec(job)["containers"][0]["image"] = inventory.images.worker
    set_environment(
        job, TOTAL_JOBS=str(shards), EDGEPROOF_PREDICTIONS="inline", EDGEPROOF_PROFILE=inventory.workload.profile
    )
    place_on_agents(job, cluster, agents)
    if not cluster.without_gpu.issuperset(agents):
        ask_for_gpu(job, cluster.gpu_way)
    return job


def run_job(own: OwnNamespace, job: Manifest) -> JobRun:
    """Make the job and wait for all its pods; raises WorkloadError as soon as one cannot do its work, and says why."""
    name, shards = job["metadata"]["name"], int(job["spec"]["completions"])
    started_s = time.monotonic()
    own.create(job)
    url = URLS["Pod"].format(own.name)

    def look() -> list[PodState]:
        return [pod_state(item) for item in own.api.items(url, f"job-name={name}")]

    server = ServerWatch(own, name) if reads_from_claim(job) else None
    pods = look_until(limits.JOB_S, look, _Watch(own, name, shards, server).finished)
    wall_s = time.monotonic() - started_s
    done = _succeeded(pods)
    if len(done) < shards:
        raise WorkloadError(f"job {name}: {len(done)} of {shards} shards done after {limits.JOB_S:.0f} s")
    logs = {index: own.api.logs(own.name, done[index].name) for index in sorted(done)}
    boards = {index: own.cluster.board(pod.node) for index, pod in done.items()}
    return JobRun(tuple(Shard(boards[index], index, parse_record(log)) for index, log in logs.items()), wall_s)


def _succeeded(pods: list[PodState]) -> dict[int, PodState]:
    return {pod.index: pod for pod in pods if pod.index is not None and pod.state == "succeeded"}


class _Watch:
    """Decides, look by look, whether a job goes on, is finished, or has failed."""

    def __init__(self, own: OwnNamespace, name: str, shards: int, server: ServerWatch | None) -> None:
        self.own, self.name, self.shards, self.server = own, name, shards, server
        self.seen: dict[str, PodState] = {}
        self.lost_since_s: dict[str, float] = {}

    def finished(self, pods: list[PodState], waited_s: float) -> bool:
        """Tell whether every index has succeeded; raises WorkloadError where that will not happen any more."""
        for pod in pods:
            if pod.state == "failed":
                said = explain(self.own, pod)
                raise WorkloadError(f"job {self.name}, index {pod.index}: {said}", said=said, node=self._board(pod))
        self._check_gone({pod.name for pod in pods})
        self._check_waiting([pod for pod in pods if pod.state == "pending"], waited_s)
        running = [pod for pod in pods if pod.state == "running"]
        self._check_nodes(running, waited_s)
        if self.server:
            self.server.check(running, waited_s)
        self.seen = {pod.name: pod for pod in pods}
        return len(_succeeded(pods)) == self.shards

    def _board(self, pod: PodState) -> str:
        return self.own.cluster.board(pod.node)

    def _check_gone(self, names: set[str]) -> None:
        for name, pod in self.seen.items():
            if name not in names and pod.state in ("running", "pending"):
                words = "was deleted while it worked: somebody removed it, or its node was drained or lost"
                raise WorkloadError(
                    f"job {self.name}, index {pod.index}: pod {name} on {pod.node or 'no node'} {words}"
                )

    def _check_waiting(self, waiting: list[PodState], waited_s: float) -> None:
        for pod in waiting:
            warned = waited_s > limits.POD_WARNED_S and is_hopeless(self.own, pod.name)
            if warned or waited_s > limits.JOB_START_S:
                said = explain(self.own, pod)
                message = f"job {self.name}, index {pod.index} does not start: {said}"
                raise WorkloadError(message, said=said, node=self._board(pod))
        if not waiting and not self.seen and waited_s > limits.JOB_START_S:
            said = "; ".join(self.own.warnings(self.name)[-1:])
            message = f"job {self.name}: no pod was made within {limits.JOB_START_S:.0f} s"
            raise WorkloadError(f"{message}: {said}" if said else message, "sudo journalctl -u k3s -n 20", said=said)

    def _check_nodes(self, running: list[PodState], waited_s: float) -> None:
        """A pod on a node that answers no longer still reads Running: ask for the node."""
        members = members_now(self.own)
        for pod in running:
            if pod.node in members and members[pod.node].is_ready:
                self.lost_since_s.pop(pod.node, None)
                continue
            since_s = self.lost_since_s.setdefault(pod.node, waited_s)
            if waited_s - since_s > limits.NODE_LOST_S:
                raise WorkloadError(
                    f"job {self.name}, index {pod.index}: its node {pod.node} is not Ready any more, so pod {pod.name} is lost",
                    f"sudo systemctl status k3s-agent   # on {pod.node}; is the board on?",
                )
