"""The process that plays cases: one for each process of the selftests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from selftest.replay.namespaces import why_not
from selftest.replay.players import Player


@pytest.fixture(scope="session")
def player(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Player]:
    """Something that plays clusters; skipped where this machine does not allow it."""
    if reason := why_not():
        pytest.skip(reason)
    with Player(tmp_path_factory.mktemp("replay")) as player:
        yield player
