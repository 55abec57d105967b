"""Advice on tests_workload's layer 2: test_2_nfs."""

from __future__ import annotations

from edgeproof.diagnose.advice import Advice, advises
from edgeproof.diagnose.board_after import with_board
from edgeproof.diagnose.pod_end import pod_end
from edgeproof.facts.node import NodeFacts
from edgeproof.workload.runs import ON_ALL, ON_ONE, Workloads


@advises("on_one")
def on_one(workloads: Workloads, nodes: dict[str, NodeFacts]) -> Advice:
    """The job's own words say it."""
    return _nfs_run(workloads, nodes, ON_ONE)


@advises("on_all")
def on_all(workloads: Workloads, nodes: dict[str, NodeFacts]) -> Advice:
    """The job's own words say it."""
    return _nfs_run(workloads, nodes, ON_ALL)


def _nfs_run(workloads: Workloads, nodes: dict[str, NodeFacts], name: str) -> Advice:
    said, look = workloads.said(name), "python -m edgeproof cluster -k listing"
    if said:
        node = workloads.failures()[name].node
        return with_board(
            pod_end(said, look, "Workload II did not do its work"), nodes.get(node), workloads.after(node)
        )
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
