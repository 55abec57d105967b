"""Files read ahead by processes arrive whole, once each, however large; what cannot be read, or is no image, is named."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edgeproof.workload.dataset import Recipe, picture
from selftest.worker.beds.bed import Bed
from selftest.worker.driver import Driver, ask, driver
from selftest.worker.odd_files import BAD, GOOD, write_odd_files

FILES = 600
"""More than four groups, so that every process has some."""
SMALL_SLOT_BYTES = 160_000
"""A dozen of the files, and just the pixels of one that Pillow decodes: a place that holds a tenth of a group."""
CROPPED_BYTES = 224 * 224 * 3
ENDED = "ChildProcessError: the process that was to read it has ended"
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
def reader(bed: Bed) -> Iterator[Driver]:
    """A driver that reads files by processes."""
    with driver(bed, "read_files") as one:
        yield one


@pytest.fixture(scope="module")
def decoder(bed: Bed) -> Iterator[Driver]:
    """A driver that decodes one file, in its own process."""
    with driver(bed, "pixels") as one:
        yield one


def read_all(reader: Driver, folder: Path, names: list[str], **options: Any) -> dict[str, Any]:
    """Read the files; give what came, {name: [width, height, length, sha256]}, and what failed, {name: reason}."""
    answer: dict[str, Any] = reader.ask({"folder": str(folder), "names": names, **options})
    return answer


def names_in(folder: Path) -> list[str]:
    """List a folder as the worker does."""
    return sorted(file.name for file in folder.iterdir())


def whole(folder: Path) -> dict[str, list[Any]]:
    """What must come of the folder of `files`."""
    contents = {name: (folder / name).read_bytes() for name in names_in(folder)}
    return {
        name: [70 + int(name[:4]), 100, len(data), hashlib.sha256(data).hexdigest()] for name, data in contents.items()
    }


def test_every_file_arrives_once_and_whole(reader: Driver, files: Path) -> None:
    """Name, size in pixels, and bytes."""
    assert read_all(reader, files, names_in(files))["came"] == whole(files)


def test_a_group_larger_than_its_place_comes_in_parts(reader: Driver, files: Path) -> None:
    """Nothing is lost where one part ends and the next begins."""
    assert read_all(reader, files, names_in(files), slot_bytes=SMALL_SLOT_BYTES)["came"] == whole(files)


def test_a_file_larger_than_a_place_comes_as_pixels(reader: Driver, decoder: Driver, odd: Path) -> None:
    """Such as a photo of 20 megapixels on a small machine: Pillow decodes it where it was read."""
    answer = read_all(reader, odd, ["huge.jpg"], slot_bytes=SMALL_SLOT_BYTES)
    pixels = decoder.ask({"folder": str(odd), "name": "huge.jpg"})
    assert answer["came"] == {"huge.jpg": [0, 0, pixels["length"], pixels["sha256"]]}


def test_what_pillow_should_see_comes_as_pixels(reader: Driver, odd: Path) -> None:
    """Progressive, CMYK, of another format, with bytes behind the end …: 224 x 224 RGB."""
    came = read_all(reader, odd, names_in(odd))["came"]
    pixels = {name for name, row in came.items() if row[:3] == [0, 0, CROPPED_BYTES]}
    assert pixels == {f"{kind}.jpg" for kind in GOOD if kind not in FOR_THE_GPU}


def test_what_a_gpu_decodes_comes_as_it_is(reader: Driver, odd: Path) -> None:
    """With its size in pixels."""
    came = read_all(reader, odd, names_in(odd))["came"]
    sized = {name: row[:2] for name, row in came.items() if row[:2] != [0, 0]}
    plain = [500, 375]
    assert sized == {
        f"{kind}.jpg": size for kind, size in zip(FOR_THE_GPU, (plain, plain, [5000, 4000], plain), strict=True)
    }


def test_bad_files_are_named(reader: Driver, decoder: Driver, odd: Path) -> None:
    """With the reasons that the mission's loop gives."""
    failures = read_all(reader, odd, names_in(odd))["failures"]
    names = [f"{kind}.jpg" for kind in BAD]
    assert failures == {name: decoder.ask({"folder": str(odd), "name": name})["reason"] for name in names}


def test_what_a_reader_that_was_killed_had_to_read_is_named(reader: Driver, files: Path) -> None:
    """For want of memory, say: no image vanishes."""
    answer = read_all(reader, files, names_in(files), killed=True)
    assert (len(answer["came"]) + answer["failed"], set(answer["failures"].values())) == (FILES, {ENDED})


def test_readers_that_are_not_wanted_end(reader: Driver, files: Path) -> None:
    """Forked, never started: `stop` leaves no process behind."""
    assert read_all(reader, files, ["0001.jpg"], started=False)["left"] == []


@pytest.mark.parametrize("beside", [0, 3, 8])
def test_no_room_for_readers(bed: Bed, beside: int) -> None:
    """Too few open files are allowed: those that were forked end, threads will read, and the record says why and what it costs."""
    found = ask(bed, "no_readers", beside)
    (fallback,) = found.pop("fallbacks")
    assert found == {"refused": True, "left": 0, "files": 0}
    assert fallback["piece"] == "JPEGs decoded on the GPU"
    assert "Too many open files" in fallback["why"]
    assert "times" in fallback["costs"]


def test_room_for_readers(bed: Bed) -> None:
    """As many files as they need, and no more are left when they have ended."""
    assert ask(bed, "no_readers", 64) == {"refused": False, "fallbacks": [], "left": 0, "files": 0}
