"""Advice on tests_workload's layer 2: test_2_nfs."""

from __future__ import annotations

from edgeproof.diagnose.advice import Advice, advises
from edgeproof.diagnose.pod_end import pod_end
from edgeproof.workload.runs import ON_ALL, ON_ONE, Workloads


@advises("on_one")
def on_one(workloads: Workloads) -> Advice:
    """The job's own words say it."""
    return _nfs_run(workloads.said(ON_ONE))


@advises("on_all")
def on_all(workloads: Workloads) -> Advice:
    """The job's own words say it."""
    return _nfs_run(workloads.said(ON_ALL))


def _nfs_run(said: str) -> Advice:
    look = "python -m edgeproof cluster -k listing"
    if said:
        return pod_end(said, look, "Workload II did not do its work")
    return Advice(
        "Workload II did not try every image exactly once: does every agent see the same list?", look, does="reads"
    )


@advises("predictions")
def predictions() -> Advice:
    """Another image, another model, or bad memory."""
    return Advice(
        "the agents do not agree on what they see: another worker image, or faulty memory",
        "python -m edgeproof cluster -k worker_image",
        does="reads",
    )


@advises("corrupt")
def corrupt(workloads: Workloads) -> Advice:
    """Readable on one agent, not on another."""
    first = [
        f"{failure.name}: {failure.reason}" for shard in workloads.on_all().shards for failure in shard.record.failures
    ][:3]
    return Advice(
        "images failed that should not, or did not that should: " + ("; ".join(first) or "none failed"),
        "python -m edgeproof cluster -k listing",
        does="reads",
    )


@advises("warm_up")
def warm_up() -> Advice:
    """The worker's order of things."""
    return Advice(
        "the worker read images before its warm-up was over: its times include start-up",
        "python -m edgeproof image --rebuild",
        does="changes",
    )
