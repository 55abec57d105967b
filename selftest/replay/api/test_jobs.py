"""What tests_workload runs in a cluster, against the fake API server: whole jobs from a few values, and each scripted failure."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from edgeproof import limits
from edgeproof.errors import WorkloadError
from edgeproof.measure.shards import JobRun, Speedup
from edgeproof.trial.namespace import OwnNamespace
from edgeproof.workload.jobs import nfs_job, run_job, synthetic_job
from selftest.replay.api.conftest import AGENTS, Served, Start


class Runs:
    """Runs edgeproof's jobs on one served cluster."""

    def __init__(self, served: Served, own: OwnNamespace) -> None:
        self.served, self.own, self.inventory = served, own, served.inventory

    def synthetic(self) -> JobRun:
        """Workload I on all agents."""
        return run_job(self.own, synthetic_job(self.own.cluster, AGENTS))

    def nfs(self, *agents: str) -> JobRun:
        """Workload II on some agents."""
        self.own.create_claim()
        return run_job(self.own, nfs_job(self.own.cluster, list(agents), f"inference-nfs-{len(agents)}"))


@pytest.fixture
def runs(start: Start, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runs]:
    """Jobs on the cluster whose api.yaml is the test's mark."""
    monkeypatch.setattr(limits, "JOB_S", 0.5)
    served = start(getattr(request, "param", "{}"))
    with served.own_namespace() as own:
        yield Runs(served, own)


def case(text: str) -> pytest.MarkDecorator:
    """Mark a test with the api.yaml of its cluster."""
    return pytest.mark.parametrize("runs", [text], indirect=True, ids=[""])


def test_healthy_synthetic(runs: Runs) -> None:
    """Workload I succeeds where nothing is said: a shard an agent, every image classified."""
    run = runs.synthetic()
    assert sorted(run.nodes) == sorted(AGENTS)
    assert run.images == runs.inventory.workload.synthetic_images
    assert run.shards[0].record.gpu_devices != []
    assert runs.served.api.undescribed == []


@case("dataset: {count: 13, corrupt: 2}")
def test_healthy_nfs(runs: Runs) -> None:
    """Workload II: the same images, classes and failures on one agent and on all, each tried once."""
    single, both = runs.nfs(AGENTS[0]), runs.nfs(*AGENTS)
    assert [shard.record.range for shard in both.shards] == [[0, 6], [6, 13]]
    assert single.tried == both.tried == sorted(set(both.tried))
    assert len(single.tried) == single.available == 13
    assert single.digest == both.digest
    assert single.failures == both.failures == ["image-00003.jpg", "image-00009.jpg"]
    assert Speedup(single, both).work == pytest.approx(13 / 7)


def test_digest_is_that_of_the_record(runs: Runs) -> None:
    """A shard's own digest is over its own classes."""
    shard = runs.nfs(AGENTS[0]).shards[0]
    assert JobRun((shard,), 0.0).digest == shard.record.predictions.digest


def test_phases(runs: Runs) -> None:
    """The warm-up is over before the first read; the phases add up to the pod's own time."""
    shard = runs.nfs(*AGENTS).on("user-worker")
    assert shard.warm_up_end_s <= shard.first_read_s
    assert shard.record.spans[-1].end_s == pytest.approx(shard.record.wall_s)
    assert shard.compute_s < shard.work_s


@case(
    "worker: {images_per_s: 2, device: cpu, gpu_devices: []}\nlogs: [{node: user-worker, record: {work_s: 99, torch: 2.1.0}}]"
)
def test_values(runs: Runs) -> None:
    """What is said of every worker holds for each; what is said of one node's goes before it."""
    run = runs.synthetic()
    slow, other = run.on("user-worker"), run.on("user-newworker")
    assert (slow.work_s, slow.record.torch, slow.record.device) == (99, "2.1.0", "cpu")
    assert (other.work_s, other.record.images_per_s, other.record.gpu_devices) == (30, 2.0, [])


@case(
    'logs: [{job: inference-*, node: user-worker, record: {failures: {"*": "RuntimeError: Numpy is not available"}}}]'
)
def test_every_image_fails(runs: Runs) -> None:
    """A shard in which every image fails, and which succeeds for all that."""
    shard = runs.synthetic().on("user-worker")
    assert (shard.images, len(shard.record.failures), shard.top1) == (0, 60, {})
    assert {failure.reason for failure in shard.record.failures} == {"RuntimeError: Numpy is not available"}


@case("logs: [{job: inference-nfs-2, node: user-newworker, record: {classes: {image-0003*: 7}}}]")
def test_other_predictions(runs: Runs) -> None:
    """An agent that predicts otherwise is another digest."""
    assert runs.nfs(*AGENTS).digest != runs.nfs(AGENTS[0]).digest


@case(
    "logs: [{job: inference-nfs-2, node: user-newworker, record: {dataset: {count: 5}, start_up: {warm_up: 30}, shares: {read: 0.5}}}]"
)
def test_what_differs_in_one_pod(runs: Runs) -> None:
    """A pod that lists other images, warms up for longer, and reads more slowly."""
    shard = runs.nfs(*AGENTS).on("user-newworker")
    assert (shard.record.available, shard.record.range) == (5, [2, 5])
    assert shard.warm_up_end_s > 30
    assert dict(shard.record.seconds)["read"] == pytest.approx(shard.work_s / 2, abs=0.001)


@case(
    'scripts: [{kind: Job, indexes: {1: {state: failed, exitCode: 132, reason: Error, logs: "Illegal instruction\\n"}}}]'
)
def test_failed_index(runs: Runs) -> None:
    """A shard that ends by a signal says so, with its last lines."""
    with pytest.raises(WorkloadError, match=r"index 1: .*exit status 132.*\n  \| Illegal instruction"):
        runs.synthetic()


@case("scripts: [{kind: Job, pods: {user-worker: {state: failed, reason: Evicted, message: low on memory}}}]")
def test_evicted(runs: Runs) -> None:
    """A pod that the kubelet has ended."""
    with pytest.raises(WorkloadError, match="on user-worker: Evicted: low on memory"):
        runs.synthetic()


@case("scripts: [{kind: Job, pods: {user-worker: {state: waiting, reason: ErrImageNeverPull}}}]")
def test_image_that_is_not_there(runs: Runs) -> None:
    """An image that is on no board."""
    words = 'Container image "jetson-inference:v1" is not present with pull policy of Never'
    with pytest.raises(WorkloadError, match=words):
        runs.synthetic()


@case("scripts: [{kind: Job, pods: [running, gone]}]")
def test_pod_that_vanishes(runs: Runs) -> None:
    """A pod that is removed while it works."""
    with pytest.raises(WorkloadError, match="was deleted while it worked"):
        runs.synthetic()


@case("scripts: [{kind: Job, pods: [{state: waiting}, running, succeeded]}]")
def test_job_that_takes_its_time(runs: Runs) -> None:
    """A job that goes on with each look comes to its end."""
    assert runs.synthetic().images == 120


@case("scripts: [{kind: Job, pods: none}]")
def test_job_without_pods(runs: Runs) -> None:
    """A job whose pods nobody makes."""
    with pytest.raises(WorkloadError, match=r"no pod was made|0 of 2 shards"):
        runs.synthetic()


@case(
    'logs: [{job: inference-parallel, text: "Traceback (most recent call last):\\nImportError: libcudart.so.10.2\\n"}]'
)
def test_log_without_record(runs: Runs) -> None:
    """A pod that ends well and printed no record."""
    with pytest.raises(WorkloadError, match="ImportError: libcudart"):
        runs.synthetic()


ONE_AGENT = """
objects:
- kind: Node
  metadata: {name: user-worker, labels: {kubernetes.io/hostname: user-worker, node-type: worker}}
  status: {conditions: [{type: Ready, status: "True"}]}
scripts: [{kind: Job, pods: running}]
"""


@case(ONE_AGENT)
def test_second_shard_has_no_node(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two shards that must not share a node, and one node: the second is not scheduled, in the scheduler's words."""
    monkeypatch.setattr(limits, "JOB_START_S", 0.1)
    with pytest.raises(
        WorkloadError, match=r"0/1 nodes are available: 1 node\(s\) didn't match pod anti-affinity rules"
    ):
        runs.synthetic()
