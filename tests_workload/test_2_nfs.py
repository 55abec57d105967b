"""Workload II: the NFS images, on one agent and on all."""

import pytest

from edgeproof.facts.node import NodeFacts
from edgeproof.plugin.fixtures_workload import Measured
from edgeproof.workload.runs import Workloads

pytestmark = pytest.mark.usefixtures("storage")


def test_on_one(measured: Measured, workloads: Workloads) -> None:
    """One agent alone tries every image exactly once."""
    assert measured(workloads.on_one).tried == sorted(set(workloads.on_one().tried))
    assert len(workloads.on_one().tried) == workloads.on_one().available


def test_on_all(measured: Measured, workloads: Workloads) -> None:
    """All agents together try every image exactly once."""
    assert measured(workloads.on_all).tried == workloads.on_one().tried


def test_predictions(workloads: Workloads) -> None:
    """All agents together predict what one agent predicts, of each image that both have classified; with another torch, of at least three in four."""
    assert workloads.on_all().disagreeing(workloads.on_one()) == []


def test_corrupt(workloads: Workloads) -> None:
    """A corrupt image costs itself and nothing else, on one agent as on all."""
    assert workloads.unclassified(workloads.on_all) == workloads.unclassified(workloads.on_one)
    assert workloads.unclassified(workloads.on_all) == workloads.known_corrupt()


def test_warm_up(agent: NodeFacts, workloads: Workloads) -> None:
    """The warm-up is over before the first image is read: it is not in the time."""
    assert workloads.shard_of_all(agent.name).warm_up_end_s <= workloads.shard_of_all(agent.name).first_read_s
