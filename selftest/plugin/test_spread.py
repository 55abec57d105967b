"""Who did an agent's shard: the checks that rest on it name that one cause, and the advice the node."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from edgeproof.diagnose import Advice, advise
from edgeproof.facts.observed import Blocked
from edgeproof.measure.shards import JobRun
from edgeproof.workload.runs import ON_ALL, SYNTHETIC, Workloads
from selftest.facts.clusters import cluster_of
from selftest.measure.test_shards import job_run

AGENT = SimpleNamespace(name="user-newworker")


def ran_on(folder: Path, *nodes: str, name: str = SYNTHETIC) -> Workloads:
    """Give the workloads of a cluster with two agents after one of them has run on these nodes."""
    cluster = cluster_of("two-agents", folder)
    own = SimpleNamespace(cluster=cluster)
    found = Workloads(cluster.declared, own, print, {}, None)  # type: ignore[arg-type]
    run = job_run("three-agents")
    shards = tuple(replace(shard, node=node) for shard, node in zip(run.shards, nodes, strict=False))
    found._kept |= {"image distribution": {}, name: JobRun(shards, 1.0)}
    return found


def advised(check: str, workloads: Workloads) -> Advice:
    """Advise on a check that failed on the agent without a shard."""
    known = {"cluster": workloads.cluster, "inventory": workloads.inventory, "agent": AGENT, "workloads": workloads}
    found = advise("tests_workload", check, known)
    assert found is not None
    return found


def test_two_on_one_agent(tmp_path: Path) -> None:
    """The agent without a shard is the finding; the one that has two is blocked by it, and named."""
    workloads = ran_on(tmp_path, "user-worker", "user-worker")
    assert workloads.shards_on("user-newworker") == 0
    with pytest.raises(Blocked, match="user-worker did the shard of user-newworker, too"):
        workloads.shards_on("user-worker")
    with pytest.raises(Blocked, match=r"user-worker did the shard of user-newworker \(see the check spread\)"):
        workloads.device("user-newworker")
    assert workloads.gpu_devices("user-worker") != []
    found = advised("spread", workloads)
    assert found.cause.startswith("user-worker did the shard of user-newworker")
    assert "kubectl describe node user-newworker" in found.fix


def test_on_an_undeclared_node(tmp_path: Path) -> None:
    """A node that cluster.yaml does not name is named, with what takes it out of the way."""
    workloads = ran_on(tmp_path, "old-nano", "user-worker")
    assert (workloads.shards_on("user-newworker"), workloads.shards_on("user-worker")) == (0, 1)
    found = advised("spread", workloads)
    assert "old-nano, which cluster.yaml does not name" in found.cause
    assert "kubectl cordon old-nano" in found.fix


def test_on_the_server(tmp_path: Path) -> None:
    """That a server did an agent's shard is told by server_free; nothing else is accused of it."""
    workloads = ran_on(tmp_path, "user-desktop", "user-worker")
    assert workloads.shards_on_server("user-desktop") == 1
    for asked in (workloads.shards_on, workloads.gpu_devices, workloads.device):
        with pytest.raises(Blocked, match="see the check server_free"):
            asked("user-newworker")


def test_no_shard_to_warm_up(tmp_path: Path) -> None:
    """Where another agent did the shard of Workload II, no worker is blamed for its warm-up."""
    found = advised("warm_up", ran_on(tmp_path, "user-worker", "user-worker", name=ON_ALL))
    assert found.cause.startswith("user-worker did the shard of user-newworker")
    assert "image --rebuild" not in found.fix
