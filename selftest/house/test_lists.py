"""The lists of exceptions hold what is an exception today, and nothing else."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from edgeproof.diagnose.known_lines import known_lines
from selftest.house.kept_for_later import CALLED_BY_FRAMEWORKS, KEPT_FOR_LATER, UNUSED_CATALOGUE_ROWS

CHECKOUT = Path(__file__).parents[2]
HOUSE = Path(__file__).parent
DIAGNOSE = CHECKOUT / "edgeproof" / "diagnose"


def run_tool(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a tool of this Python's environment in the checkout."""
    command = [str(Path(sys.executable).with_name(name)), *arguments]
    return subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def unread() -> frozenset[str]:
    """Give the names that vulture reports when it does not know the lists."""
    done = run_tool("vulture", "--exclude", "kept_for_later.py")
    return frozenset(re.findall(r"unused \w+ '(\w+)'", done.stdout))


@pytest.mark.parametrize("name", CALLED_BY_FRAMEWORKS + KEPT_FOR_LATER)
def test_listed_name_is_unread(name: str, unread: frozenset[str]) -> None:
    """A name in the lists exists, and nothing in the code reads it: else it leaves the list."""
    assert name in unread


def texts_of_advice() -> set[str]:
    """Give every text that stands alone in the modules of diagnose, and the rows that known lines mean."""
    return {line.id for line in known_lines()} | {
        part.value
        for file in DIAGNOSE.glob("*.py")
        for part in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    }


def test_unused_rows_are_the_listed_ones() -> None:
    """A row of the catalogue is named by some advice, or it is listed; a listed one that is named leaves the list."""
    rows = set(yaml.safe_load((DIAGNOSE / "catalogue.yaml").read_text(encoding="utf-8")))
    assert rows - texts_of_advice() == UNUSED_CATALOGUE_ROWS


def test_rules_of_ast_grep() -> None:
    """Each rule reports its invalid examples and none of its valid ones (rule-tests)."""
    done = run_tool("ast-grep", "test", "--config", "selftest/house/sgconfig.yml", "--skip-snapshot-tests")
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_rule_has_examples() -> None:
    """A rule without examples could report nothing at all, unseen."""
    rules, examples = ({file.stem for file in (HOUSE / folder).iterdir()} for folder in ("rules", "rule-tests"))
    assert examples == {f"{rule}-test" for rule in rules}
