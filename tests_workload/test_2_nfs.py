"""Workload II: the NFS images, on one agent and on all."""

from edgeproof.facts.node import NodeFacts
from edgeproof.measure.runs import Runs
from edgeproof.plugin.workloads import Measured


def test_on_one(measured: Measured, runs: Runs) -> None:
    """One agent alone tries every image exactly once."""
    assert measured(runs.on_one).tried == sorted(set(runs.on_one().tried))
    assert len(runs.on_one().tried) == runs.on_one().available


def test_on_all(measured: Measured, runs: Runs) -> None:
    """All agents together try every image exactly once."""
    assert measured(runs.on_all).tried == runs.on_one().tried


def test_predictions(runs: Runs) -> None:
    """All agents together predict what one agent predicts."""
    assert runs.on_all().digest == runs.on_one().digest


def test_corrupt(runs: Runs) -> None:
    """A corrupt image costs itself and nothing else, on one agent as on all."""
    assert runs.on_all().failures == runs.on_one().failures
    assert runs.on_all().failures == runs.known_corrupt()


def test_warm_up(agent: NodeFacts, runs: Runs) -> None:
    """The warm-up is over before the first image is read: it is not in the time."""
    assert runs.on_all().on(agent.name).warm_up_end_s <= runs.on_all().on(agent.name).first_read_s
