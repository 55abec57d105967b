"""What a pod on a board meets: a read-only root, 64 MB of shared memory, a user other than root, and a clock that begins in 1970."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edgeproof.workload.dataset import Recipe
from lab.errors import LabError
from lab.packages import need_packages
from selftest.worker.beds.bed import Bed
from selftest.worker.test_worker import open_to_feed
from selftest.worker.worker_run import LIMIT_S, run, started

RECIPE = Recipe(5, 96, 72, seed=15)
NOBODY = "12345"
"""A user that /etc/passwd does not know, as a pod's runAsUser often is."""
BARE = (
    "mount -o remount,bind,ro / && mount -t tmpfs -o size=64m shm /dev/shm && "
    f"exec setpriv --reuid={NOBODY} --regid={NOBODY} --clear-groups --no-new-privs"
    ' --inh-caps=-all,+dac_read_search --ambient-caps=+dac_read_search "$@"'
)
"""In a mount namespace of its own; DAC_READ_SEARCH, since a bed may be in root's home, lets it read and never write."""

FAKE_CLOCK = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
IN_1970, AS_IT_IS = "@1970-01-01 00:02:00\n", "+0\n"


@pytest.mark.parametrize("profile", ["seed", "tuned"])
def test_read_only_root_and_another_user(worker: Bed, images: Path, missions: Any, profile: str) -> None:
    """Nothing can be written, home is nowhere: the classes are the same, and nothing falls back that did not before."""
    if os.geteuid() != 0:
        pytest.skip("a namespace with a read-only root needs root")
    bare = replace(worker, python=("unshare", "-m", "sh", "-c", BARE, "sh", *worker.python))
    record = run(bare, images, "--profile", profile, HOME="/nonexistent")
    assert record["predictions"] == missions
    assert record["fallbacks"] == run(worker, images, "--profile", profile)["fallbacks"]


@pytest.fixture
def clock(tmp_path: Path) -> Path:
    """A file whose one line is what a process started with it takes for the date (faketime(1)); the monotonic clock goes on."""
    try:
        need_packages({FAKE_CLOCK: "libfaketime"})
    except LabError as error:
        pytest.skip(str(error))
    file = tmp_path / "clock"
    file.write_text(IN_1970)
    return file


@pytest.mark.parametrize("profile", ["seed", "tuned"])
def test_the_date_is_set_on_the_way(worker: Bed, images: Path, missions: Any, clock: Path, profile: str) -> None:
    """A board without a battery starts in 1970, and NTP then sets its date: the seconds are those that passed."""
    folder = clock.parent / "images"
    folder.mkdir()
    for name in RECIPE.names():
        (folder / name).hardlink_to(images / name)
    late = folder / "late.jpg"
    os.mkfifo(late)
    dated = worker.given(
        LD_PRELOAD=FAKE_CLOCK,
        FAKETIME_TIMESTAMP_FILE=str(clock),
        FAKETIME_NO_CACHE="1",
        FAKETIME_DONT_FAKE_MONOTONIC="1",
    )
    with started(dated, folder, "--profile", profile, "--predictions", "inline") as process:
        feed = open_to_feed(late)
        clock.write_text(AS_IT_IS)
        os.write(feed, (images / RECIPE.names()[0]).read_bytes())
        os.close(feed)
        out, err = process.communicate(timeout=LIMIT_S)
    record = json.loads(out.splitlines()[-1])
    assert (process.returncode, record["failures"]) == (0, []), err
    assert all(0 <= seconds < LIMIT_S for seconds in (*record["seconds"].values(), record["wall_s"]))
    del record["predictions"]["top1"]["late.jpg"]
    assert record["predictions"]["top1"] == missions["top1"]
