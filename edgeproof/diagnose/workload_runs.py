"""Advice on tests_workload."""

from __future__ import annotations

from edgeproof.diagnose.advice import Advice, advises, catalogue
from edgeproof.measure.runs import Runs

LOOK = "kubectl get pods -A -o wide; kubectl describe job -n NAMESPACE"


@advises("image")
def image() -> Advice:
    """The error says which step failed."""
    return Advice("the worker image could not be built, sent or loaded", "python -m edgeproof image")


@advises("synthetic")
def synthetic() -> Advice:
    """The job's own words say it."""
    return Advice(
        "Workload I did not classify all its images", "pytest tests_workload -k synthetic --run-record=run.json"
    )


@advises("spread")
def spread() -> Advice:
    """A missing label, or a cordoned node."""
    return Advice(
        "the agent took no shard, or two: is it labelled, and schedulable?", "kubectl get nodes --show-labels"
    )


@advises("server_free")
def server_free() -> Advice:
    """The label on the server."""
    return catalogue("master-hot")


@advises("gpu")
def gpu() -> Advice:
    """The runtime chain."""
    return Advice(
        "the nvidia runtime brought no devices into the pod",
        "pytest tests_node tests_cluster -k 'daemon or csv or gpu'",
        "runtime-bypassed",
    )


@advises("on_one")
@advises("on_all")
def nfs_run() -> Advice:
    """The job's own words say it."""
    return Advice(
        "Workload II did not try every image exactly once: does every agent see the same list?",
        "pytest tests_cluster -k listing",
    )


@advises("predictions")
def predictions() -> Advice:
    """Another image, another model, or bad memory."""
    return Advice(
        "the agents do not agree on what they see: another worker image, or faulty memory",
        "pytest tests_cluster -k worker_image",
    )


@advises("corrupt")
def corrupt(runs: Runs) -> Advice:
    """Readable on one agent, not on another."""
    first = [
        f"{failure['name']}: {failure['reason']}"
        for shard in runs.on_all().shards
        for failure in shard.record["failures"]
    ][:3]
    return Advice(
        "images failed that should not, or did not that should: " + ("; ".join(first) or "none failed"),
        "pytest tests_cluster -k listing",
    )


@advises("warm_up")
def warm_up() -> Advice:
    """The worker's order of things."""
    return Advice(
        "the worker read images before its warm-up was over: its times include start-up",
        "python -m edgeproof image --rebuild",
    )


@advises("speedup")
def speedup(runs: Runs) -> Advice:
    """Where the time went."""
    lost = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in runs.speedup().lost_s().items())
    return Advice(
        f"the agents together are no faster than one; their time: {lost}",
        "pytest tests_node -k 'power_mode or clocks or peers'",
        "slow-node",
    )


@advises("straggler")
def straggler(runs: Runs) -> Advice:
    """Which one."""
    slowest = max(runs.on_all().shards, key=lambda shard: shard.work_s)
    found = catalogue("slow-node")
    return Advice(f"{slowest.node} is slower than its peers: {found.cause}", found.fix, found.id, found.source)
