"""Every case of cases/: the real pytest command on a replayed cluster, and its whole verdict."""

from __future__ import annotations

from pathlib import Path

import pytest

from selftest.replay.case import case_files, load_case
from selftest.replay.judge import judge
from selftest.replay.players import Player


@pytest.mark.parametrize("file", case_files(), ids=lambda file: file.stem)
def test_case(file: Path, player: Player) -> None:
    """What edgeproof says of the cluster is what the case says is right, check by check."""
    played, differing = judge(load_case(file), player)
    assert not differing, "\n".join([f"{file.stem} differs:", *differing, "", played.text])
