"""Files read ahead by processes arrive whole, once each, however large; what cannot be read, or is no image, is named."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from edgeproof.workload.dataset import Recipe, picture
from selftest.worker.odd_files import BAD, GOOD, write_odd_files
from worker import decode
from worker.clock import Clock
from worker.jpeg_engines import read_processes
from worker.jpeg_engines.read_processes import CROPPED_BYTES, ReadProcesses
from worker.record import Record, reason_of
from worker.source import Folder

FILES = 600
"""More than four groups, so that every process has some."""
SMALL_SLOT_BYTES = 160_000
"""A dozen of the files, and just the pixels of one that Pillow decodes."""
FOR_THE_GPU = ("exif-rotated", "greyscale", "huge", "plain")
"""Of the odd files, what a GPU's decoder makes the same of as Pillow does."""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """JPEGs, each of its own size."""
    folder = tmp_path_factory.mktemp("files")
    photo = picture(Recipe(1, 700, 100, seed=1), 0)
    for number in range(FILES):
        photo.resize((70 + number, 100)).save(folder / f"{number:04d}.jpg", quality=50)
    return folder


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One file of each odd kind."""
    folder = tmp_path_factory.mktemp("odd")
    write_odd_files(folder)
    return folder


@pytest.fixture
def small_places(monkeypatch: pytest.MonkeyPatch) -> None:
    """Places that hold a tenth of a group."""
    monkeypatch.setattr(read_processes, "SLOT_BYTES", SMALL_SLOT_BYTES)
    monkeypatch.setattr(read_processes, "LEAST_SLOT_BYTES", SMALL_SLOT_BYTES)


def read_all(folder: Path, names: list[str]) -> tuple[dict[str, tuple[tuple[int, int], bytes]], Any]:
    """Read the files by processes; give what came, {name: ((width, height), bytes)}, and the record."""
    clock = Clock()
    record = Record(clock)
    ahead = ReadProcesses(Folder(str(folder)), list(enumerate(names)), record, clock)
    ahead.start()
    came: dict[str, tuple[tuple[int, int], bytes]] = {}
    group = ahead.take()
    while group:
        for row in group.rows:
            assert names[row.index] not in came
            came[names[row.index]] = ((row.width, row.height), bytes(group.bytes_of(row)))
        group = ahead.take()
    ahead.stop()
    return came, record


def names_in(folder: Path) -> list[str]:
    """List a folder as the worker does."""
    return sorted(file.name for file in folder.iterdir())


def whole(folder: Path) -> dict[str, tuple[tuple[int, int], bytes]]:
    """What must come of the folder of `files`."""
    return {name: ((70 + int(name[:4]), 100), (folder / name).read_bytes()) for name in names_in(folder)}


def test_every_file_arrives_once_and_whole(files: Path) -> None:
    """Name, size in pixels, and bytes."""
    assert read_all(files, names_in(files))[0] == whole(files)


@pytest.mark.usefixtures("small_places")
def test_a_group_larger_than_its_place_comes_in_parts(files: Path) -> None:
    """Nothing is lost where one part ends and the next begins."""
    assert read_all(files, names_in(files))[0] == whole(files)


@pytest.mark.usefixtures("small_places")
def test_a_file_larger_than_a_place_comes_as_pixels(odd: Path) -> None:
    """Such as a photo of 20 megapixels on a small machine: Pillow decodes it where it was read."""
    came, _ = read_all(odd, ["huge.jpg"])
    assert came == {"huge.jpg": ((0, 0), decode.cropped_pixels((odd / "huge.jpg").read_bytes()))}


def test_what_pillow_should_see_comes_as_pixels(odd: Path) -> None:
    """Progressive, CMYK, of another format, with bytes behind the end …: 224 x 224 RGB."""
    came, _ = read_all(odd, names_in(odd))
    pixels = {name for name, (size, data) in came.items() if size == (0, 0) and len(data) == CROPPED_BYTES}
    assert pixels == {f"{kind}.jpg" for kind in GOOD if kind not in FOR_THE_GPU}


def test_what_a_gpu_decodes_comes_as_it_is(odd: Path) -> None:
    """With its size in pixels."""
    came, _ = read_all(odd, names_in(odd))
    sized = {name: size for name, (size, _) in came.items() if size != (0, 0)}
    plain = (500, 375)
    assert sized == {
        f"{kind}.jpg": size for kind, size in zip(FOR_THE_GPU, (plain, plain, (5000, 4000), plain), strict=True)
    }


def test_bad_files_are_named(odd: Path) -> None:
    """With the reasons that the mission's loop gives."""
    _, record = read_all(odd, names_in(odd))
    wanted = {}
    for name in (f"{kind}.jpg" for kind in BAD):
        with pytest.raises(Exception) as error:
            decode.cropped_pixels(Folder(str(odd)).read(name))
        wanted[name] = reason_of(error.value)
    assert {each["name"]: each["reason"] for each in record.failures} == wanted


def test_what_a_reader_that_was_killed_had_to_read_is_named(files: Path) -> None:
    """For want of memory, say: no image vanishes."""
    clock = Clock()
    record = Record(clock)
    ahead = ReadProcesses(Folder(str(files)), list(enumerate(names_in(files))), record, clock)
    os.kill(ahead.children[0], signal.SIGKILL)
    ahead.start()
    came = 0
    group = ahead.take()
    while group:
        came += len(group.rows)
        group = ahead.take()
    ahead.stop()
    reasons = {each["reason"] for each in record.failures}
    assert (came + len(record.failures), reasons) == (FILES, {read_processes.ENDED})


def test_readers_that_are_not_wanted_end(files: Path) -> None:
    """Forked, never started: `stop` leaves no process behind."""
    clock = Clock()
    ahead = ReadProcesses(Folder(str(files)), [(0, "0001.jpg")], Record(clock), clock)
    children = list(ahead.children)
    ahead.stop()
    assert [child for child in children if Path(f"/proc/{child}").exists()] == []
