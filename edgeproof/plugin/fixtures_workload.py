"""Fixtures of tests_workload: the workloads, and what their checks record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import pytest

from edgeproof.diagnose.pod_end import pod_end
from edgeproof.errors import WorkloadError
from edgeproof.facts.observed import Blocked
from edgeproof.inventory import Inventory
from edgeproof.plugin.fixtures_cluster import broken_links, unprepared
from edgeproof.plugin.outcome import MEASUREMENT
from edgeproof.plugin.session import observed_nodes, progress
from edgeproof.plugin.sudo import PASSWORD

if TYPE_CHECKING:
    from edgeproof.facts.cluster import ClusterFacts
    from edgeproof.measure.shards import JobRun, Speedup
    from edgeproof.trial.namespace import OwnNamespace
    from edgeproof.workload.runs import Workloads

Measured = Callable[["Callable[[], JobRun]"], "JobRun"]


@pytest.fixture(scope="session")
def workloads(
    pytestconfig: pytest.Config,
    inventory: Inventory,
    cluster: ClusterFacts,
    worker_room: dict[str, tuple[str, ...]],
    own_namespace: OwnNamespace,
) -> Workloads:
    """The workloads, each run once; blocked while an agent cannot take a pod."""
    from edgeproof.trial.rights import JOBS
    from edgeproof.workload.runs import Workloads

    for agent in inventory.agents:
        if why := cluster.takes_no_work(agent.name):
            raise Blocked(why)
        if lacks := worker_room.get(agent.name):
            raise Blocked(f"{agent.name} has no room for a worker: {'; '.join(lacks)} (see the check placement)")
    nodes = observed_nodes(pytestconfig)
    for name, why in unprepared(nodes, cluster, [agent.name for agent in inventory.agents]).items():
        raise Blocked(f"{name}: {why}")
    own_namespace.api.require(JOBS)
    broken = broken_links(nodes, cluster)
    return Workloads(inventory, own_namespace, progress(pytestconfig), broken, pytestconfig.stash[PASSWORD])


@pytest.fixture
def measured(
    benchmark: Any, workloads: Workloads, pytestconfig: pytest.Config, request: pytest.FixtureRequest
) -> Measured:
    """Run a workload once under pytest-benchmark; its extra_info, and the run record, hold the shards and what follows."""

    def run(workload: Callable[[], JobRun]) -> JobRun:
        workloads.images()
        try:
            job: JobRun = benchmark.pedantic(workload, rounds=1, iterations=1)
        except WorkloadError as error:
            if why := told_before(error, workloads.failures()):
                raise Blocked(why) from error
            raise
        request.node.stash[MEASUREMENT] = job.as_data()
        nodes = observed_nodes(pytestconfig).values()
        simulated = sorted({what for facts in nodes for what in facts.simulated})
        benchmark.extra_info.update(job.as_data(), simulated=simulated)
        return job

    return run


def told_before(error: WorkloadError, failures: Mapping[str, WorkloadError]) -> str:
    """Say which workload failed before by the same cause (the catalogue's row) on the same node; '' where none did.

    `failures` are the workloads that failed, by their names, in the order of their runs; the last is the error itself.
    """
    from edgeproof.workload.runs import CHECKS

    row = pod_end(error.said).id
    for name, other in failures.items():
        if other is error or not row:
            return ""
        if name in CHECKS and (other.node, pod_end(other.said).id) == (error.node, row):
            place = f" on {error.node}" if error.node else ""
            return f"{name} failed{place} with {row} (see the check {CHECKS[name]})"
    return ""


@pytest.fixture
def speedup(workloads: Workloads, request: pytest.FixtureRequest) -> Speedup:
    """One agent against all of them, recorded as its check's measurement; not applicable with a single agent."""
    found = workloads.speedup()
    request.node.stash[MEASUREMENT] = found.as_data()
    return found
