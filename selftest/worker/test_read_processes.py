"""Files read ahead by processes arrive whole, once each, however large; what cannot be read is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from worker import read_processes
from worker.clock import Clock
from worker.read_processes import ReadProcesses
from worker.record import Record
from worker.source import Folder

FILES = 600
"""More than two groups, so that more than one process has some."""
SMALL_SLOT_BYTES = 4096


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Files of all lengths from 0 bytes on, each byte its own."""
    for number in range(FILES):
        (tmp_path / f"{number:04d}.jpg").write_bytes(bytes(number % 251 for _ in range(number * 3)))
    return tmp_path


def read_all(folder: Path, names: list[str]) -> tuple[list[tuple[int, str, bytes]], Any]:
    """Read the files by processes; give what came, and the record."""
    clock = Clock()
    record = Record(clock)
    ahead = ReadProcesses(Folder(str(folder)), list(enumerate(names)), record, clock)
    ahead.start()
    came: list[tuple[int, str, bytes]] = []
    group = ahead.take()
    while group:
        came += [(index, name, bytes(data)) for index, name, data, _ in group]
        group = ahead.take()
    ahead.stop()
    return sorted(came), record


def test_every_file_arrives_once_and_whole(files: Path) -> None:
    """Index, name and bytes."""
    names = sorted(file.name for file in files.iterdir())
    came, _ = read_all(files, names)
    assert came == [(index, name, (files / name).read_bytes()) for index, name in enumerate(names)]


def test_a_group_larger_than_its_place_comes_in_parts(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Places of 4 KiB for groups of a hundred times that, and single files that fit while their group does not."""
    monkeypatch.setattr(read_processes, "SLOT_BYTES", SMALL_SLOT_BYTES)
    names = sorted(file.name for file in files.iterdir())
    came, _ = read_all(files, names)
    assert [len(data) for _, _, data in came] == [number * 3 for number in range(FILES)]


def test_a_file_larger_than_a_place_is_read_all_the_same(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as a photo of 100 megapixels on a small machine."""
    monkeypatch.setattr(read_processes, "SLOT_BYTES", SMALL_SLOT_BYTES)
    (files / "large.jpg").write_bytes(b"x" * (SMALL_SLOT_BYTES + 1))
    came, _ = read_all(files, ["large.jpg"])
    assert came == [(0, "large.jpg", b"x" * (SMALL_SLOT_BYTES + 1))]


def test_what_cannot_be_read_is_named(files: Path) -> None:
    """With the reason that the mission's loop gives."""
    (files / "folder.jpg").mkdir()
    came, record = read_all(files, ["0001.jpg", "folder.jpg", "missing.jpg"])
    wanted = [
        f"IsADirectoryError: [Errno 21] Is a directory: '{files / 'folder.jpg'}'",
        f"FileNotFoundError: [Errno 2] No such file or directory: '{files / 'missing.jpg'}'",
    ]
    assert ([name for _, name, _ in came], [each["reason"][:160] for each in record.failures]) == (
        ["0001.jpg"],
        [text[:160] for text in wanted],
    )


def test_readers_that_are_not_wanted_end(files: Path) -> None:
    """Forked, never started: `stop` leaves no process behind."""
    clock = Clock()
    ahead = ReadProcesses(Folder(str(files)), [(0, "0001.jpg")], Record(clock), clock)
    children = list(ahead.children)
    ahead.stop()
    assert [child for child in children if Path(f"/proc/{child}").exists()] == []
