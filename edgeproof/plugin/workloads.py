"""Fixtures of tests_workload: the runs, and their recording by pytest-benchmark."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from edgeproof.errors import WorkloadError
from edgeproof.facts.observed import Blocked, NotApplicable
from edgeproof.inventory import Inventory
from edgeproof.plugin.outcome import MEASUREMENT
from edgeproof.plugin.session import observed_nodes, progress

if TYPE_CHECKING:
    from edgeproof.facts.cluster import ClusterFacts
    from edgeproof.measure.runs import Runs
    from edgeproof.measure.shards import JobRun
    from edgeproof.workload.own import OwnNamespace

Measured = Callable[["Callable[[], JobRun]"], "JobRun"]


@pytest.fixture(scope="session")
def runs(pytestconfig: pytest.Config, inventory: Inventory, cluster: ClusterFacts, own_namespace: OwnNamespace) -> Runs:
    """The workloads' runs; blocked while an agent cannot take a pod."""
    from edgeproof.facts.node import broken_link
    from edgeproof.measure.runs import Runs

    for agent in inventory.agents:
        if not cluster.member(agent.name).ready:
            raise Blocked(f"{agent.name} is not Ready (see tests_cluster, check nodes)")
    broken = {name: broken_link(facts) for name, facts in observed_nodes(pytestconfig).items()}
    return Runs(inventory, own_namespace, progress(pytestconfig), broken)


@pytest.fixture
def measured(benchmark: Any, runs: Runs, pytestconfig: pytest.Config, request: pytest.FixtureRequest) -> Measured:
    """Run a workload once under pytest-benchmark; its extra_info holds the shards and what follows from them."""

    def run(workload: Callable[[], JobRun]) -> JobRun:
        runs.image()
        done: JobRun = benchmark.pedantic(workload, rounds=1, iterations=1)
        benchmark.extra_info.update(done.as_data())
        if workload == runs.on_all:
            try:
                benchmark.extra_info.update(runs.speedup().as_data())
            except (NotApplicable, WorkloadError) as reason:
                benchmark.extra_info["speedup"] = f"not applicable: {reason}"
        nodes = observed_nodes(pytestconfig).values()
        benchmark.extra_info["simulated"] = sorted({what for facts in nodes for what in facts.simulated})
        request.node.stash[MEASUREMENT] = dict(benchmark.extra_info)
        return done

    return run
