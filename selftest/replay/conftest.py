"""The process that plays cases: one for each process of the selftests; and what is collected within a scene alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from selftest.replay.case import case_files, load_case
from selftest.replay.chosen import chosen
from selftest.replay.namespaces import why_not
from selftest.replay.players import Player

INSIDE = Path(__file__).parent / "inside"
CASES = Path(__file__).parent / "test_cases.py"


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


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what another case stands for, unless all are asked for, or cases by -k or by their ids."""
    if config.getoption("--all-cases") or config.option.keyword or any("::" in each for each in config.args):
        return
    here = {
        item: Path(str(item.callspec.params["file"])).stem
        for item in items
        if isinstance(item, pytest.Function) and item.path == CASES and hasattr(item, "callspec")
    }
    if here:
        played = chosen([load_case(file) for file in case_files()])
        left = [item for item, name in here.items() if name not in played]
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in set(left)]
