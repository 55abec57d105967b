"""The workloads on the lab: their numbers, and what is said when a pod, an agent or pytest itself is killed on the way."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab.access import inventory_path
from lab.faults.put_in import mend_all, put_in
from lab.lab import Lab
from selftest.lab.conftest import CORRUPT, IMAGES
from selftest.lab.started_run import started
from selftest.lab.suite_run import SuiteRun, left, run_suite
from selftest.lab.test_1_healthy import assert_whole

Measured = tuple[SuiteRun, dict[str, Any]]


def measure(lab: Lab, out: Path, inventory: Path | None = None) -> Measured:
    """Run tests_workload whole; give the run, and its pytest-benchmark file by test."""
    run = run_suite(lab, "tests_workload", f"--benchmark-json={out}", inventory=inventory)
    assert_whole(run)
    benchmarks = json.loads(out.read_text())["benchmarks"]
    return run, {benchmark["name"]: benchmark for benchmark in benchmarks}


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """pytest-benchmark's file of the measurement."""
    return tmp_path_factory.mktemp("out") / "out.json"


@pytest.fixture(scope="module")
def measured(lab: Lab, out: Path) -> Measured:
    """One measurement."""
    return measure(lab, out)


def test_both_workloads_are_recorded(measured: Measured) -> None:
    """pytest-benchmark's file has Workload I, and Workload II on one agent and on all."""
    assert set(measured[1]) == {"test_synthetic", "test_on_one", "test_on_all"}


def test_every_image_is_accounted_for(measured: Measured) -> None:
    """All images but the corrupt ones are classified, on one agent and on two."""
    for name, shards in (("test_on_one", 1), ("test_on_all", 2)):
        extra = measured[1][name]["extra_info"]
        assert len(extra["shards"]) == shards
        assert (extra["images"], len(extra["failed_images"])) == (IMAGES - CORRUPT, CORRUPT)


def test_every_shard_has_its_seconds(measured: Measured) -> None:
    """Each shard tells its seconds by phase."""
    phases = {"import", "model_load", "warm_up", "read", "decode", "compute"}
    for benchmark in measured[1].values():
        for shard in benchmark["extra_info"]["shards"]:
            assert phases <= set(shard["seconds"]) | ({"read"} if benchmark["name"] == "test_synthetic" else set())


def slowest_s(benchmark: dict[str, Any], *phases: str) -> float:
    """Sum some phases of each shard's seconds; give the slowest shard's."""
    return max(sum(float(shard["seconds"][phase]) for phase in phases) for shard in benchmark["extra_info"]["shards"])


def test_speedup(measured: Measured) -> None:
    """The speedup in the model's own seconds is one agent's over the slowest of both, and each of both had about half of the images."""
    one, both = (measured[1][name] for name in ("test_on_one", "test_on_all"))
    told = measured[0].record["measurements"]["speedup"]["speedup_compute"]
    assert told == pytest.approx(slowest_s(one, "compute") / slowest_s(both, "compute"), abs=0.01)
    assert {shard["images_done"] + len(shard["failures"]) for shard in both["extra_info"]["shards"]} == {IMAGES // 2}


def test_efficiency(measured: Measured) -> None:
    """It is the speedup over the number of agents."""
    speedup = measured[0].record["measurements"]["speedup"]
    assert speedup["efficiency"] == pytest.approx(speedup["speedup"] / 2, abs=0.01)


def test_the_speedup_alone(lab: Lab) -> None:
    """`-k speedup` runs what it compares, and has it in the record and on the terminal."""
    run = run_suite(lab, "tests_workload", "-k", "speedup")
    assert {check for check, _ in run.ended("passed")} == {"speedup", "straggler", "undisturbed"}, run.text
    measurements = run.record["measurements"]
    assert [check for check, found in measurements.items() if found] == ["speedup"]
    assert f"speedup: {measurements['speedup']['speedup']:.2f} times with 2 agents" in run.text


def test_the_benchmark_file_has_the_speedup(measured: Measured, out: Path) -> None:
    """`--benchmark-json` has the run's measurements beside pytest-benchmark's own."""
    speedup = measured[0].record["measurements"]["speedup"]
    assert json.loads(out.read_text())["edgeproof"]["speedup"] == speedup


def test_the_missions_loop_runs_too(lab: Lab, tmp_path: Path) -> None:
    """`workload: {profile: seed}`: all checks pass, and every shard of both workloads says that the mission's loop ran, in fp32."""
    papers = yaml.safe_load(inventory_path(lab).read_text())
    papers["workload"]["profile"] = "seed"
    inventory = tmp_path / "cluster.yaml"
    inventory.write_text(yaml.safe_dump(papers))
    _, benchmarks = measure(lab, tmp_path / "out.json", inventory)
    shards = [shard for benchmark in benchmarks.values() for shard in benchmark["extra_info"]["shards"]]
    assert [(shard["profile"], shard["precision"]) for shard in shards] == [("seed", "fp32")] * 5


def test_the_terminal_tells_the_speedup(measured: Measured) -> None:
    """The matrix is followed by the numbers."""
    assert "speedup: " in measured[0].text
    assert "II: NFS images, all agents" in measured[0].text


SYNTHETIC = ("tests_workload", "-k", "test_synthetic")
JOB = "inference-parallel"


def test_a_pod_killed_mid_job(lab: Lab) -> None:
    """The verdict says that the pod was deleted, at once, and nothing is left."""
    with started(lab, JOB, *SYNTHETIC) as run:
        lab.server.run(
            f"set -- $(k3s kubectl get pods -A -l job-name={JOB} --no-headers -o custom-columns=N:.metadata.namespace,P:.metadata.name | head -1);"
            ' k3s kubectl delete pod -n "$1" "$2" --force --grace-period=0'
        )
        ended = run.ended()
    assert ended.ended("failed") == {("synthetic", "cluster")}, ended.text
    assert "was deleted while it worked" in ended.finding("synthetic", "cluster")["why"]
    assert left(lab) == []


def test_an_agent_stopped_mid_job(lab: Lab) -> None:
    """The verdict names the agent that is lost, in bounded time, and nothing is left."""
    try:
        with started(lab, JOB, *SYNTHETIC) as run:
            where = put_in(lab, "node-off")
            ended = run.ended()
    finally:
        mend_all(lab)
    assert ended.ended("failed") == {("synthetic", "cluster")}, ended.text
    assert where.name in ended.finding("synthetic", "cluster")["why"]
    assert left(lab) == []


def test_interrupted_by_sigterm(lab: Lab) -> None:
    """SIGTERM removes what was made."""
    with started(lab, JOB, *SYNTHETIC) as run:
        run.process.send_signal(signal.SIGTERM)
        ended = run.ended()
    assert ended.status == pytest.ExitCode.INTERRUPTED, ended.text
    assert left(lab) == []


def test_pytest_killed_mid_job(lab: Lab) -> None:
    """What a killed run left is found and removed by the next."""
    with started(lab, JOB, *SYNTHETIC) as run:
        run.process.kill()
        run.process.wait()
    found = left(lab)
    assert len(found) == 1
    assert_whole(run_suite(lab, "tests_cluster", "-k", "daemon_set"))
    assert left(lab) == []
