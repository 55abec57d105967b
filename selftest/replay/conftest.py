"""The process that plays cases: one for each process of the selftests; and what is collected within a scene alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from selftest.replay.namespaces import why_not
from selftest.replay.players import Player

INSIDE = Path(__file__).parent / "inside"


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out what runs within a scene; named on the command line, as there, it is collected all the same."""
    return True if collection_path == INSIDE else None


@pytest.fixture(scope="session")
def player(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Player]:
    """Something that plays clusters; skipped where this machine does not allow it."""
    if reason := why_not():
        pytest.skip(reason)
    with Player(tmp_path_factory.mktemp("replay")) as player:
        yield player
