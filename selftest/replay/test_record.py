"""What a node of a case prints can be written down as a board's would be, and says that it was made."""

from __future__ import annotations

from pathlib import Path

import yaml

from selftest.facts.test_samples import wrong_in
from selftest.replay.__main__ import record
from selftest.replay.case import CASES, load_case
from selftest.replay.players import Player


def test_a_node_of_a_case(player: Player, tmp_path: Path) -> None:
    """The file is a sample's, with the case's source, and is of the board that the case describes."""
    case = load_case(CASES / "h-thor-beside-orin.yaml")
    (made,) = record(case, "orin-2", tmp_path, player)
    said = yaml.safe_load(made.read_text())
    assert (made.name, said["origin"], said["source"]) == ("tegra264-38.2.0.yaml", "made", case.source)
    assert wrong_in(made) == []


def test_a_node_that_is_none(player: Player, tmp_path: Path) -> None:
    """A name that is no node's writes nothing."""
    assert record(load_case(CASES / "h-thor-beside-orin.yaml"), "orin-9", tmp_path, player) == ()
