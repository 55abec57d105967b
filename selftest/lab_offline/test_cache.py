"""The cache: a thing is built once for its inputs, and a build that was cut short leaves nothing that passes for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.cache import digest, kept


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own for each test."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "edgeproof"


def write_one(part: Path) -> None:
    """Build a file."""
    part.write_text("one")


def write_folder_and_fail(part: Path) -> None:
    """Build half a folder."""
    part.mkdir()
    (part / "half").write_text("half")
    raise KeyboardInterrupt


def refuse(part: Path) -> None:
    """Must not be called."""
    raise AssertionError("built twice")


def test_built_once() -> None:
    """The second time, what was built is given."""
    first = kept("thing", ["input"], 1, write_one)
    assert kept("thing", ["input"], 1, refuse) == first
    assert first.read_text() == "one"


def test_other_inputs_are_built_anew() -> None:
    """Another input makes another thing."""
    assert kept("thing", ["input"], 1, write_one) != kept("thing", ["other"], 1, write_one)


def test_an_interrupted_build_is_not_kept(cache: Path) -> None:
    """Half a build is thrown away, and the next one is whole."""
    with pytest.raises(KeyboardInterrupt):
        kept("thing", ["input"], 1, write_folder_and_fail)
    assert not list(cache.glob("thing-*[!t]"))
    assert kept("thing", ["input"], 1, write_one).read_text() == "one"


def test_contents_of_files_count(tmp_path: Path) -> None:
    """A changed file in a folder changes the hash; its cached bytecode does not."""
    (tmp_path / "a.py").write_text("1")
    before = digest([tmp_path])
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "a.pyc").write_text("2")
    assert digest([tmp_path]) == before
    (tmp_path / "a.py").write_text("3")
    assert digest([tmp_path]) != before
