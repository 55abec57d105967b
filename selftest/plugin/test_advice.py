"""Every check is a sentence, and has advice for when it fails."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from edgeproof.diagnose import advised_checks

CHECKOUT = Path(__file__).parents[2]
DIAGNOSE = CHECKOUT / "edgeproof" / "diagnose"
CHECKS = [
    item
    for suite in ("tests_node", "tests_cluster", "tests_workload")
    for file in sorted((CHECKOUT / suite).glob("test_*.py"))
    for item in ast.parse(file.read_text(encoding="utf-8")).body
    if isinstance(item, ast.FunctionDef) and item.name.startswith("test_")
]
CATALOGUE = yaml.safe_load((DIAGNOSE / "catalogue.yaml").read_text(encoding="utf-8"))


def name_of(check: ast.FunctionDef) -> str:
    """Name a check as findings do."""
    return check.name.removeprefix("test_")


def advice_ids() -> Iterator[str]:
    """Name each catalogue row that an advice function names: to look it up, or as its advice's third value."""
    for file in DIAGNOSE.glob("*.py"):
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
                place = {"catalogue": 0, "Advice": 2}.get(call.func.id)
                if place is not None and len(call.args) > place:
                    yield from texts(call.args[place])


def texts(expression: ast.expr) -> Iterator[str]:
    """Give the texts that stand in an expression."""
    for part in ast.walk(expression):
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value:
            yield part.value


def test_names_are_unique() -> None:
    """No two checks have one name: advice and findings know a check by its name alone."""
    assert [name for name, count in Counter(map(name_of, CHECKS)).items() if count > 1] == []


def test_every_check_has_advice() -> None:
    """Each check has an advice function, and each advice function a check."""
    assert advised_checks() == {name_of(check) for check in CHECKS}


def test_every_id_is_in_the_catalogue() -> None:
    """Each row that advice names exists."""
    assert set(advice_ids()) - set(CATALOGUE) == set()


@pytest.mark.parametrize("row", CATALOGUE)
def test_every_row_is_whole(row: str) -> None:
    """A row of the catalogue has cause, fix and source, and no value that nobody reads."""
    assert set(CATALOGUE[row]) - {"try"} == {"cause", "fix", "source"}


@pytest.mark.parametrize("check", CHECKS, ids=name_of)
def test_every_check_is_one_sentence(check: ast.FunctionDef) -> None:
    """A check's docstring is one sentence in one line."""
    assert re.fullmatch(r"(?!.*[.!?] [A-Z])[^\n]+\.", ast.get_docstring(check) or "")
