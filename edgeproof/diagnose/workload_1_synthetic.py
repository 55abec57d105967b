"""Advice on tests_workload's layer 1: test_1_synthetic."""

from __future__ import annotations

from edgeproof.diagnose.advice import Advice, advises, catalogue


@advises("image_on_every_agent")
def image_on_every_agent() -> Advice:
    """The error says which step failed."""
    return Advice("the worker image could not be built, sent or loaded", "python -m edgeproof image")


@advises("synthetic")
def synthetic() -> Advice:
    """The job's own words say it."""
    return Advice(
        "Workload I did not classify all its images", "python -m edgeproof workload -k synthetic --run-record=run.json"
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


@advises("gpu_in_shard")
def gpu_in_shard() -> Advice:
    """The runtime chain."""
    return Advice(
        "the nvidia runtime brought no devices into the pod",
        "python -m edgeproof node -k 'daemon or l4t_mount_lists or device'; python -m edgeproof cluster -k gpu",
        "runtime-bypassed",
    )
