"""The worker as a pod runs it: a process, its record on standard output, its exit status."""

from __future__ import annotations

import json
import os
import select
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from edgeproof.measure.shard_record import find_record, parse_record
from edgeproof.measure.shards import JobRun, Shard
from edgeproof.workload.dataset import Recipe
from selftest.worker.beds.bed import Bed
from selftest.worker.worker_run import LIMIT_S, run, started, with_memory

ANSWER_S = 2.0
"""From SIGTERM to the end; a pod of the manifests has 5 s."""
PHASES = {"import", "device_init", "model_load", "warm_up", "list", "read", "decode", "compute"}
TOO_LARGE_BATCH, MEMORY_BYTES = 512, 5 << 30
"""torch maps 3 GiB of libraries; a batch of 512 needs 5 GB of activations beside, in fp32."""
RECIPE = Recipe(5, 96, 72, corrupt=1, seed=15)
"""Chosen by its seed: classes differ from image to image, and each leads by more than the profiles' resizing differs."""
CORRUPT = RECIPE.corrupt_names()[0]


@pytest.fixture(scope="module")
def tuned(worker: Bed, images: Path) -> dict[str, Any]:
    """The record of one shard over all images."""
    return run(worker, images, "--profile", "tuned")


@pytest.fixture(scope="module")
def seed(worker: Bed, images: Path) -> dict[str, Any]:
    """The record of the mission's loop over all images."""
    return run(worker, images, "--profile", "seed")


@pytest.fixture(scope="module")
def halves(worker: Bed, images: Path) -> JobRun:
    """The records of two shards, told apart by their environment, as an Indexed Job does."""
    lines = [json.dumps(run(worker, images, JOB_COMPLETION_INDEX=index, TOTAL_JOBS="2")) for index in ("0", "1")]
    records = [parse_record(line) for line in lines]
    return JobRun(tuple(Shard("here", record.index, record) for record in records), 0.0)


def test_record(tuned: dict[str, Any]) -> None:
    """The last line is the record, and the suite can read it."""
    record = parse_record(json.dumps(tuned))
    assert (record.images_done, record.interrupted) == (RECIPE.count - RECIPE.corrupt, False)


def test_phases(tuned: dict[str, Any]) -> None:
    """The record has the seconds of every phase."""
    assert set(tuned["seconds"]) == PHASES


def test_work_takes_time(tuned: dict[str, Any]) -> None:
    """What takes a computer long enough to show has taken seconds."""
    assert all(tuned["seconds"][phase] > 0 for phase in ("import", "model_load", "warm_up", "decode", "compute"))


def test_classes_differ(tuned: dict[str, Any]) -> None:
    """The images are not all of one class: predictions can be compared."""
    assert len(set(tuned["predictions"]["top1"].values())) > 1


@pytest.mark.parametrize("profile", ["seed", "tuned"])
def test_corrupt_image_costs_itself(profile: str, request: pytest.FixtureRequest) -> None:
    """All images but the corrupt one have a class."""
    record = request.getfixturevalue(profile)
    assert sorted(record["predictions"]["top1"]) == [name for name in RECIPE.names() if name != CORRUPT]


@pytest.mark.parametrize("profile", ["seed", "tuned"])
def test_corrupt_image_has_its_reason(profile: str, request: pytest.FixtureRequest) -> None:
    """The corrupt image is named, with its index and the decoder's words."""
    (failure,) = request.getfixturevalue(profile)["failures"]
    assert (failure["name"], failure["index"]) == (CORRUPT, RECIPE.names().index(CORRUPT))
    assert "truncated" in failure["reason"]


def test_classes_in_a_file(worker: Bed, images: Path, tuned: dict[str, Any], tmp_path: Path) -> None:
    """On request the classes are written to a file, for who wants to look at them."""
    run(worker, images, "--predictions", str(tmp_path / "classes.json"))
    assert json.loads((tmp_path / "classes.json").read_text()) == tuned["predictions"]["top1"]


def test_a_file_that_cannot_be_written(worker: Bed, images: Path, tmp_path: Path) -> None:
    """The record is printed all the same."""
    assert run(worker, images, "--predictions", str(tmp_path / "no" / "folder"))["images_done"] > 0


def test_profiles_agree(seed: dict[str, Any], tuned: dict[str, Any]) -> None:
    """The tuned profile predicts what the mission's loop predicts."""
    assert tuned["predictions"] == seed["predictions"]


def test_batch_too_large_for_the_memory(worker: Bed, images: Path, tuned: dict[str, Any]) -> None:
    """The batch halves until it fits, the record says so, and predictions stay."""
    record = run(
        worker, images, "--batch", str(TOO_LARGE_BATCH), "--precision", "fp32", before=with_memory(MEMORY_BYTES)
    )
    pieces = [fallback["piece"] for fallback in record["fallbacks"] if fallback["piece"].startswith("batch ")]
    halved = [TOO_LARGE_BATCH >> times for times in range(len(pieces) + 1)]
    assert pieces == [f"batch {batch}" for batch in halved[:-1]]
    assert (record["batch"], record["predictions"]) == (halved[-1], tuned["predictions"])
    assert record["batch"] < TOO_LARGE_BATCH


def test_two_shards_try_every_image_once(halves: JobRun) -> None:
    """Two shards' images put together are all of them, none twice."""
    assert halves.tried == RECIPE.names()


def test_two_shards_equal_one(halves: JobRun, tuned: dict[str, Any]) -> None:
    """The digest over two shards is the one that a single shard prints."""
    assert halves.digest == tuned["predictions"]["digest"]


def test_empty_folder(bed: Bed, tmp_path: Path) -> None:
    """A folder without images ends with status 2 and one line that names it; torch is not even looked for."""
    with started(bed.without_torch(), tmp_path) as process:
        out, err = process.communicate(timeout=LIMIT_S)
    assert (process.returncode, out, err) == (2, "", f"worker: no *.jpg in {tmp_path}\n")


def test_terminated_at_start(worker: Bed, images: Path) -> None:
    """SIGTERM while torch is imported: status 143 and an interrupted record, in time."""
    with started(worker, images) as process:
        assert process.stderr is not None
        assert select.select([process.stderr], [], [], LIMIT_S)[0], "the worker said nothing"
        assert process.stderr.readline() == "images 0 to 5 of 5\n"
        status, record = terminate(process)
    assert (status, record["interrupted"]) == (143, True)


def test_terminated_at_work(worker: Bed, images: Path, tmp_path: Path) -> None:
    """SIGTERM while an image is read: status 143, and the record holds what was done before it."""
    for name in RECIPE.names():
        (tmp_path / name).hardlink_to(images / name)
    stuck = tmp_path / "stuck.jpg"
    os.mkfifo(stuck)
    with started(worker, tmp_path, "--profile", "seed") as process, feeding(stuck):
        status, record = terminate(process)
    assert (status, record["interrupted"], record["images_done"]) == (143, True, RECIPE.count - RECIPE.corrupt)


@retry(stop=stop_after_delay(LIMIT_S), wait=wait_fixed(0.05), retry=retry_if_exception_type(OSError), reraise=True)
def open_to_feed(pipe: Path) -> int:
    """Open a named pipe as soon as somebody reads it: without a reader, open(2) fails with ENXIO."""
    return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)


@contextmanager
def feeding(pipe: Path) -> Iterator[None]:
    """Wait for the pipe's reader, then keep it waiting for a first byte."""
    descriptor = open_to_feed(pipe)
    try:
        yield
    finally:
        os.close(descriptor)


def terminate(process: subprocess.Popen[str]) -> tuple[int, dict[str, Any]]:
    """Send SIGTERM; give the exit status and the record, which must come in ANSWER_S."""
    process.terminate()
    out, _ = process.communicate(timeout=ANSWER_S)
    return process.returncode, find_record(out)
