"""The run record's file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from edgeproof.report import write_record
from selftest.report.records import NAMES, load, sample


@pytest.mark.parametrize("name", NAMES)
def test_everything_is_written(name: str, tmp_path: Path) -> None:
    """The file holds all of a record."""
    write_record(sample(name), tmp_path / "run.json")
    assert load(tmp_path / "run.json") == sample(name)


def test_schema_is_written(tmp_path: Path) -> None:
    """The file names the version of its schema."""
    write_record(sample("healthy"), tmp_path / "run.json")
    assert json.loads((tmp_path / "run.json").read_text())["schema"] == "edgeproof.run/1"


def test_folder_is_made(tmp_path: Path) -> None:
    """The record's folder need not exist, and holds nothing else afterwards."""
    write_record(sample("healthy"), tmp_path / "new" / "run.json")
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["run.json"]


def test_former_record_is_replaced(tmp_path: Path) -> None:
    """A second run's record takes the first one's place whole."""
    write_record(sample("one-node-down"), tmp_path / "run.json")
    write_record(sample("healthy"), tmp_path / "run.json")
    assert load(tmp_path / "run.json") == sample("healthy")
