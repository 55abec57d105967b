"""A check is one sentence: bare asserts of what its nouns say, with no `or` in them, and nothing that looks by itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from edgeproof.files import SUITES

CHECKOUT = Path(__file__).parents[2]
MODULES = sorted(file for suite in SUITES for file in (CHECKOUT / suite).glob("*.py"))
CALLED = {"len", "measured", "needed", "set", "sorted", "str"}
"""What a check may call by its bare name; none of them looks at anything outside."""

IMPORTED = (
    "pytest",
    "edgeproof.facts",
    "edgeproof.inventory",
    "edgeproof.measure",
    "edgeproof.plugin.fixtures_workload",
    "edgeproof.reboot",
)
MADE = ("edgeproof.trial", "edgeproof.workload")
"""Where a check's nouns come from; of the last two their types alone are named, since fixtures have made them."""

CHECK = "def test_it(node):\n    '''It is.'''\n    {}\n"
PLANTED = {
    "assert node.free or node.pinned": "has an or, and or if",
    "assert node.swap == () if node.zram else True": "has an or, and or if",
    "assert node.swap == (), 'there is swap'": "says more than it asserts",
    "if node.swap: assert node.zram": "does more than assert",
    "assert open('/etc/fstab').read() == ''": "calls open",
    "assert node.listing == print(node)": "calls print",
}


def breaches(text: str) -> Iterator[str]:
    """Give each rule that a suite's module breaks, with its line."""
    tree = ast.parse(text)
    for check in tree.body:
        if isinstance(check, ast.FunctionDef):
            yield from (f"line {check.body[1].lineno}: {what}" for what in sorted(set(_of_check(check))))
    for module, line in _imports(tree):
        if not f"{module}.".startswith(tuple(f"{known}." for known in (*IMPORTED, *MADE))):
            yield f"line {line}: imports {module}"


def _of_check(check: ast.FunctionDef) -> Iterator[str]:
    for statement in check.body[1:]:
        if not isinstance(statement, ast.Assert):
            yield "does more than assert"
            continue
        if statement.msg is not None:
            yield "says more than it asserts"
        for part in ast.walk(statement):
            if isinstance(part, ast.BoolOp | ast.IfExp):
                yield "has an or, and or if"
            if isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id not in CALLED:
                yield f"calls {part.func.id}"


def _imports(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for part in ast.walk(tree):
        if isinstance(part, ast.ImportFrom):
            yield part.module or "", part.lineno
        if isinstance(part, ast.Import):
            yield from ((name.name, part.lineno) for name in part.names)


@pytest.mark.parametrize("file", MODULES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_checks_are_bare_asserts(file: Path) -> None:
    """Whether a check applies is decided by a reason (NotApplicable), never within its assert; facts are looked at elsewhere."""
    assert list(breaches(file.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("line", PLANTED)
def test_a_breach_is_named(line: str) -> None:
    """Each breach of the rules is seen."""
    assert list(breaches(CHECK.format(line))) == [f"line 3: {PLANTED[line]}"]


def test_a_foreign_import_is_named() -> None:
    """A check's module imports nothing that looks."""
    assert list(breaches("import subprocess\nfrom edgeproof.connect import ssh\n")) == [
        "line 1: imports subprocess",
        "line 2: imports edgeproof.connect",
    ]
