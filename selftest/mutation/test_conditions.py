"""The conditions of the suites are found where they stand, and changed there alone."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from selftest.mutation.conditions import CHANGES, Change, conditions
from selftest.replay.stage import CHECKOUT

SUITE = '''"""Ä suite."""


def test_one(node):
    """Says ö."""
    assert node.größe == "ä"  # why
    assert (
        node.second
        >= 3
    )


def given(node):
    assert node.no_check
'''


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with one file of one suite."""
    file = tmp_path / "tests_node/test_1_reach.py"
    file.parent.mkdir()
    file.write_text(SUITE, encoding="utf-8")
    return tmp_path


def test_found(checkout: Path) -> None:
    """Every assert of a check is one, by its line; what is no check has none."""
    assert [(found.check, found.line) for found in conditions(checkout)] == [("one", 6), ("one", 7)]


@pytest.mark.parametrize(("change", "first"), [("turned round", False), ("taken away", True)])
def test_changed(checkout: Path, change: Change, first: bool) -> None:
    """The condition says the opposite, or always yes; the other one and all else stay."""
    found = conditions(checkout)[0]
    changed = found.changed(SUITE.encode(), change).decode()
    assert changed.splitlines()[6:] == SUITE.splitlines()[6:]
    [condition] = [at.test for at in ast.walk(ast.parse(changed)) if isinstance(at, ast.Assert) and at.lineno == 6]
    node = type("Node", (), {"größe": "ä"})
    assert eval(compile(ast.Expression(condition), "changed", "eval"), {"node": node}) is first


def test_every_check() -> None:
    """Each condition of the real suites can be changed in both ways, and the file is Python still."""
    for condition in conditions(CHECKOUT):
        text = (CHECKOUT / condition.file).read_bytes()
        assert all(ast.parse(condition.changed(text, change)) for change in CHANGES)
