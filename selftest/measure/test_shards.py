"""A job's numbers, from the records of its shards."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from edgeproof.errors import WorkloadError
from edgeproof.facts.observed import Blocked
from edgeproof.measure.shard_record import Failure, parse_record
from edgeproof.measure.shards import JobRun, Shard, Speedup

SAMPLES = Path(__file__).parents[1] / "samples" / "worker"
RUNS = ("one-agent", "three-agents")


def job_run(name: str) -> JobRun:
    """Read a run: the records of its shards, one a line, and how long the job took."""
    lines = (SAMPLES / f"{name}.jsonl").read_text().splitlines()
    records = [(json.loads(line)["node"], parse_record(line)) for line in lines]
    wall_s = yaml.safe_load((SAMPLES / f"{name}.yaml").read_text())["job_wall_s"]
    return JobRun(tuple(Shard(node, record.index, record) for node, record in records), wall_s)


@pytest.fixture
def single() -> JobRun:
    """Twelve images on one agent, the seventh of them corrupt."""
    return job_run("one-agent")


@pytest.fixture
def three() -> JobRun:
    """The same images on three agents."""
    return job_run("three-agents")


@pytest.mark.parametrize(("log", "index"), [("mixed", 1), ("two-records", 1), ("cut-after-record", 1)])
def test_record_is_found(log: str, index: int) -> None:
    """The last whole record of a log is found between what else a pod prints."""
    assert parse_record((SAMPLES / f"log-{log}.txt").read_text()).index == index


@pytest.mark.parametrize("log", ["cut", "empty"])
def test_no_record(log: str) -> None:
    """A log without a whole record is an error, not an empty record."""
    with pytest.raises(WorkloadError, match="no record"):
        parse_record((SAMPLES / f"log-{log}.txt").read_text())


def test_no_record_shows_the_last_lines() -> None:
    """The error quotes what the pod printed last."""
    with pytest.raises(WorkloadError, match="images 4 to 8 of 12"):
        parse_record((SAMPLES / "log-cut.txt").read_text())


@pytest.mark.parametrize("name", RUNS)
def test_numbers(name: str) -> None:
    """A run's numbers are those worked out by hand beside its records."""
    wanted = yaml.safe_load((SAMPLES / f"{name}.yaml").read_text())
    found = job_run(name).as_data()
    assert {key: found[key] for key in wanted} == wanted


def test_speedup() -> None:
    """Three agents against one: the numbers worked out by hand."""
    wanted = yaml.safe_load((SAMPLES / "speedup.yaml").read_text())
    assert Speedup(job_run("one-agent"), job_run("three-agents")).as_data() == wanted


def test_lost_seconds_add_up(single: JobRun, three: JobRun) -> None:
    """The parts of the cluster's wall time are all of it."""
    assert sum(Speedup(single, three).lost_s().values()) == pytest.approx(three.wall_s)


def with_work(run: JobRun, *work_s: float) -> JobRun:
    """Give a run whose shards took these seconds."""
    shards = zip(run.shards, work_s, strict=True)
    return JobRun(
        tuple(replace(s, record=s.record.model_copy(update={"work_s": seconds})) for s, seconds in shards), run.wall_s
    )


def test_held_up_by_one(single: JobRun, three: JobRun) -> None:
    """Where one slow shard is why nothing is gained, the straggler is the finding, and its node is named."""
    speedup = Speedup(with_work(single, 12.0), with_work(three, 4.0, 16.0, 4.0))
    with pytest.raises(Blocked, match=r"user-newworker holds up .*see the check straggler"):
        _ = speedup.gained


@pytest.mark.parametrize(
    ("work_s", "gained"), [((12.0, 12.0, 12.0), 1.0), ((13.0, 24.0, 14.0), 0.5), ((1.0, 6.0, 1.0), 2.0)]
)
def test_not_held_up_by_one(work_s: tuple[float, ...], gained: float, single: JobRun, three: JobRun) -> None:
    """Where all are slow, or something is gained in spite of a straggler, the speedup is judged itself."""
    assert Speedup(with_work(single, 12.0), with_work(three, *work_s)).gained == gained


def test_nodes(three: JobRun) -> None:
    """The nodes are named in the order of the shards."""
    assert three.nodes == ["user-worker", "user-newworker", "user-worker4"]


def test_shard_of_a_node(three: JobRun) -> None:
    """A shard is found by its node."""
    assert three.on("user-newworker").index == 1


def test_no_shard_on_a_node(three: JobRun) -> None:
    """A node without a shard is an error that names it."""
    with pytest.raises(WorkloadError, match="user-desktop"):
        three.on("user-desktop")


@pytest.mark.parametrize("name", RUNS)
def test_every_image_tried_once(name: str) -> None:
    """What was tried is what there was, classified or not."""
    run = job_run(name)
    assert run.tried == [f"image-{number:05d}.jpg" for number in range(run.available)]


def test_digest_is_the_workers(single: JobRun) -> None:
    """One shard's digest, worked out again, is the one it printed."""
    assert single.digest == single.shards[0].record.predictions.digest


def test_digest_over_shards(single: JobRun, three: JobRun) -> None:
    """Equal predictions have one digest, however many shards made them."""
    assert three.digest == single.digest


def test_warm_up_is_before_the_first_read(single: JobRun) -> None:
    """The end of the warm-up and the first read come from the spans."""
    assert (single.shards[0].warm_up_end_s, single.shards[0].first_read_s) == (4.0, 4.0001)


def test_data_is_small(three: JobRun) -> None:
    """What goes into the benchmark's file holds no image's class and no span."""
    assert {"predictions", "spans"}.isdisjoint(key for shard in three.as_data()["shards"] for key in shard)


def test_a_shard_that_classified_nothing(three: JobRun) -> None:
    """A shard whose images all failed is no work done; the most frequent reason is said."""
    first = three.shards[0]
    reasons = ["RuntimeError: Numpy is not available"] * 3 + ["OSError: truncated"]
    failures = [Failure(name=str(index), index=index, reason=reason) for index, reason in enumerate(reasons)]
    broken = replace(first, record=first.record.model_copy(update={"images_done": 0, "failures": failures}))
    run = JobRun((broken, *three.shards[1:]), three.wall_s)
    with pytest.raises(WorkloadError, match=r"classified none of its 4 images: .*not available \(3 times\)") as caught:
        run.check_work("Workload I")
    assert caught.value.said == "RuntimeError: Numpy is not available (3 times); OSError: truncated (1 times)"
    assert caught.value.node == first.node


def test_a_corrupt_image_is_no_broken_shard(three: JobRun) -> None:
    """Images that fail beside others that do not are the check corrupt's business."""
    three.check_work("Workload II")


def test_every_agent_has_its_shard(three: JobRun) -> None:
    """Nobody took a shard from anybody where each agent has one."""
    assert three.taken_from(three.nodes) == {}


@pytest.mark.parametrize(
    ("nodes", "taken"),
    [
        (("user-worker", "old-nano", "user-worker4"), {"user-newworker": "old-nano"}),
        (("user-worker", "user-worker", "user-worker4"), {"user-newworker": "user-worker"}),
        (("user-worker4", "a", "b"), {"user-worker": "a", "user-newworker": "b"}),
    ],
)
def test_who_took_a_shard(nodes: tuple[str, ...], taken: dict[str, str], three: JobRun) -> None:
    """The node that has one too many is told beside the agent that has none: another agent, or one that was to have none."""
    shards = tuple(replace(shard, node=node) for shard, node in zip(three.shards, nodes, strict=True))
    assert JobRun(shards, three.wall_s).taken_from(three.nodes) == taken


def with_top1(run: JobRun, top1: dict[str, int]) -> JobRun:
    """Give a run of one shard that has seen these classes."""
    shard = run.shards[0]
    seen = shard.record.predictions.model_copy(update={"top1": top1})
    return JobRun((replace(shard, record=shard.record.model_copy(update={"predictions": seen})),), run.wall_s)


@pytest.mark.parametrize(
    ("top1", "names"),
    [({"a": 1, "b": 2}, []), ({"a": 1}, []), ({"a": 1, "b": 2, "c": 3}, []), ({"a": 9, "c": 3}, ["a"])],
)
def test_what_two_runs_disagree_on(top1: dict[str, int], names: list[str], single: JobRun) -> None:
    """An image that one of the two runs has not classified is no disagreement."""
    assert with_top1(single, top1).disagreeing(with_top1(single, {"a": 1, "b": 2})) == names


@pytest.mark.parametrize(
    ("otherwise", "torch", "told"), [(1, "1.10.2", 0), (2, "1.10.2", 0), (3, "1.10.2", 3), (1, None, 1), (8, "1.10.2", 8)]
)
def test_another_torch_decides_near_ties_otherwise(otherwise: int, torch: str | None, told: int, single: JobRun) -> None:
    """Of eight images two may fall otherwise under another release of torch, and none under the same."""
    known = {f"{number}": 1 for number in range(8)}
    run = with_top1(single, {**known, **{f"{number}": 2 for number in range(otherwise)}})
    if torch:
        record = run.shards[0].record.model_copy(update={"torch": torch})
        run = JobRun((replace(run.shards[0], record=record),), run.wall_s)
    assert len(run.disagreeing(with_top1(single, known))) == told


@pytest.mark.parametrize(("known", "check"), [({"b": 2}, "on_all"), ({}, "on_one")])
def test_nothing_to_disagree_on(known: dict[str, int], check: str, single: JobRun) -> None:
    """Where no image was classified in both runs, another check tells why."""
    with pytest.raises(Blocked, match=f"see the check {check}"):
        with_top1(single, {"a": 1}).disagreeing(with_top1(single, known))
