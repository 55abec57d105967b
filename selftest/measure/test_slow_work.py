"""Where nothing is gained, what grew most is found, and whether on one agent or on all."""

from __future__ import annotations

import pytest

from edgeproof.diagnose import advise
from edgeproof.measure.shard_record import PhaseSeconds
from edgeproof.measure.shards import JobRun, Shard, Speedup
from edgeproof.measure.slow_work import SlowWork, slow_work
from selftest.measure.test_shards import job_run


def worked(run: JobRun, images: int, *shards: tuple[float, float, float]) -> JobRun:
    """Give a run whose shards had so many images each, and took these seconds of work, of them reading and computing."""
    made = []
    for shard, (work_s, read_s, compute_s) in zip(run.shards, shards, strict=False):
        seconds = PhaseSeconds.model_validate({"read": read_s, "decode": 0.0, "compute": compute_s})
        values = {"work_s": work_s, "seconds": seconds, "images_done": images, "failures": [], "batch": 4}
        made.append(Shard(shard.node, shard.index, shard.record.model_copy(update=values)))
    return JobRun(tuple(made), run.wall_s)


SINGLE = (12.0, 3.0, 9.0)
"""One agent's work on twelve images."""


@pytest.mark.parametrize(
    ("shards", "images", "phase", "node"),
    [
        ([(12.0, 11.0, 3.0), (12.0, 11.0, 3.0), (12.0, 11.0, 3.0)], 4, "read", ""),
        ([(4.0, 1.0, 3.0), (12.0, 11.0, 3.0), (4.0, 1.0, 3.0)], 4, "read", "user-newworker"),
        ([(4.0, 1.0, 3.0), (12.0, 1.0, 11.0), (4.0, 1.0, 3.0)], 4, "compute", "user-newworker"),
        ([(12.0, 1.0, 11.0), (12.0, 1.0, 11.0), (12.0, 1.0, 11.0)], 4, "compute", ""),
        ([(12.0, 1.0, 3.0), (12.0, 1.0, 3.0), (12.0, 1.0, 3.0)], 4, "", ""),
    ],
)
def test_what_grew(shards: list[tuple[float, float, float]], images: int, phase: str, node: str) -> None:
    """The phase that grew most beyond its share, and the node where the others wait for it."""
    speedup = Speedup(worked(job_run("one-agent"), 12, SINGLE), worked(job_run("three-agents"), images, *shards))
    found = slow_work(speedup)
    assert (found.phase, found.node, found.images) == (phase, node, images)


@pytest.mark.parametrize(("images", "is_one"), [(4, True), (5, False)])
def test_one_batch(images: int, is_one: bool) -> None:
    """A shard of no more images than a batch holds is not divided by dividing it."""
    assert SlowWork("", 0.0, "", images, 4).is_one_batch is is_one


@pytest.mark.parametrize(
    ("shards", "images", "words", "row"),
    [
        ([(12.0, 11.0, 3.0)] * 3, 5, "reading the images grew by 9.8 s beyond its share, on all agents", "nfs-reads-slow"),
        ([(4.0, 1.0, 3.0), (12.0, 11.0, 3.0), (4.0, 1.0, 3.0)], 5, "beyond its share, on user-newworker alone", "nfs-reads-slow"),
        ([(4.0, 1.0, 3.0), (12.0, 1.0, 11.0), (4.0, 1.0, 3.0)], 5, "user-newworker is slower than its peers", "slow-node"),
        ([(12.0, 1.0, 11.0)] * 3, 5, "computing grew by 7.2 s beyond its share, on all agents", "slow-node"),
        ([(12.0, 1.0, 3.0)] * 3, 4, "4 images, which are computed as one batch (of up to 4)", ""),
        ([(12.0, 1.0, 3.0)] * 3, 5, "no phase grew, on all agents", "slow-node"),
    ],
)  # fmt: skip
def test_advice(shards: list[tuple[float, float, float]], images: int, words: str, row: str) -> None:
    """What grew most chooses the cause, and the commands to look."""
    speedup = Speedup(worked(job_run("one-agent"), 12, SINGLE), worked(job_run("three-agents"), images, *shards))
    found = advise("tests_workload", "speedup", {"speedup": speedup})
    assert found is not None
    assert words in found.cause
    assert (found.id, found.does) == (row, "reads")
