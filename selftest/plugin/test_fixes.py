"""No fix does harm, and each says what it does: the catalogue's, the advice functions', and those that errors carry."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import get_args

import pytest
import yaml

from edgeproof import errors
from edgeproof.errors import Does
from edgeproof.report.fix_plan import PARTS

PACKAGE = Path(__file__).parents[2] / "edgeproof"
CATALOGUE = yaml.safe_load((PACKAGE / "diagnose" / "catalogue.yaml").read_text(encoding="utf-8"))

HARMFUL = {
    "replaces a file that may hold more": r"tee (?!-a)\S*/etc/|(?<!>)> ?/etc/|(?<!>)> ?~/\.(ssh|kube)/",
    "deletes whatever lies there": r"rm -(r|fr|rf)\b",
    "opens to everybody": r"chmod (-R )?(0?[67]\d[4-7]|a\+|o\+)|NOPASSWD: ?ALL",
    "deletes a node that may be alive": r"delete nodes? ",
    "deletes images that may be needed": r"prune -a|prune --all|docker rmi",
    "deletes pods of others": r"delete pods? ",
    "installs a second Docker": r"install -y docker\.io(?! *=)",
    "turns a protection off for good": r"StrictHostKeyChecking[ =]no|iptables -F|ufw disable",
}

COMMANDS: dict[Does, str] = {
    "changes": (
        r"\bsudoedit\b|\bnano\b|\btee -a\b|\bsed -i\b|\bchmod\b|\bchown\b|\bmkdir\b|apt-get install|\bmodprobe\b|ethtool -K|"
        r"systemctl (enable|disable|start|set-default)|kubectl (taint|label|apply|uncordon)|set-hostname|\bswapoff\b|exportfs -ra|"
        r"update-alternatives|set-ntp|nvpmodel -m|ssh-copy-id|>> ?[~/]|apt-mark hold|\bnmtui\b|usermod|visudo|"
        r"sudo jetson_clocks|docker pull|edgeproof image"
    ),
    "restarts": (
        r"systemctl (restart|stop|reload)|\breboot\b|get\.k3s\.io|umount|install --allow-downgrades|recreate the pod|rollout restart|"
        r"(restart|upgrade) K3s\b"
    ),
    "deletes": r"\brm \S|\bdelete (pvc|secret|node|pod)|uninstall|\bprune\b|\brmi\b|\bflash(ing)? ",
}
"""What shows in a fix's text that it does more than look."""

RANK = {does: rank for rank, does in enumerate(get_args(Does))}

ERRORS = {name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, Exception)}


def heaviest(fix: str) -> str:
    """Say what the commands in a fix do at most: "reads" where none of them does more than look."""
    return next((does for does in reversed(COMMANDS) if re.search(COMMANDS[does], fix)), "reads")


OPEN = "…"
"""Stands in a fix's text for what is filled in when it is given."""


def text_of(expression: ast.expr, file: Path) -> str:
    """Join the text that stands in an expression; texts that its module names are filled in, what is not known is left open."""
    if isinstance(expression, ast.Constant):
        return expression.value if isinstance(expression.value, str) else ""
    if isinstance(expression, ast.Name):
        return constants(file).get(expression.id, OPEN)
    parts = [part for part in ast.iter_child_nodes(expression) if isinstance(part, ast.expr)]
    known = isinstance(expression, ast.JoinedStr | ast.FormattedValue | ast.BinOp)
    return "".join(text_of(part, file) for part in parts) + ("" if known else OPEN)


@cache
def constants(file: Path) -> dict[str, str]:
    """Give the texts that a module names at its top."""
    named: dict[str, str] = {}
    for line in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name):
            parts = [part.value for part in ast.walk(line.value) if isinstance(part, ast.Constant)]
            if isinstance(line.value, ast.Constant | ast.JoinedStr):
                named[line.targets[0].id] = "".join(part for part in parts if isinstance(part, str))
    return named


def given(call: ast.Call, name: str, place: int) -> ast.expr | None:
    """Give an argument by its name or place."""
    named = next((keyword.value for keyword in call.keywords if keyword.arg == name), None)
    return named or (call.args[place] if len(call.args) > place else None)


def calls(kinds: set[str]) -> Iterator[tuple[Path, ast.Call]]:
    """Give each call that makes advice, or an error, with the file it stands in."""
    for file in sorted(PACKAGE.rglob("*.py")):
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in kinds:
                yield file, call


def texts_of_diagnose() -> Iterator[tuple[str, str]]:
    """Give every text in the modules of diagnose but their docstrings, with its place: a fix may be put together elsewhere."""
    for file in sorted((PACKAGE / "diagnose").glob("*.py")):
        for part in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(part, ast.Constant | ast.JoinedStr) and "\n" not in text_of(part, file):
                yield f"{file.name}:{part.lineno}", text_of(part, file)


def literal_fixes() -> Iterator[tuple[str, str, str]]:
    """Give each fix that stands as text in the package: its place, the text, and what it says it does ('' where that is found out)."""
    for kinds, unsaid in (({"Advice", "replace"}, ""), (ERRORS, "reads")):
        for file, call in calls(kinds):
            place = 99 if file.parent.name == "diagnose" and call.func.id == "replace" else 1  # type: ignore[attr-defined]
            fix, does = given(call, "fix", place), given(call, "does", 99)
            if fix is not None and text_of(fix, file).strip(OPEN):
                said = text_of(does, file).strip(OPEN) if does is not None else unsaid
                yield f"{file.relative_to(PACKAGE)}:{call.lineno}", text_of(fix, file), said


FIXES = list(literal_fixes())
SAID = [(where, fix, does) for where, fix, does in FIXES if does]


def test_there_is_something_to_judge() -> None:
    """The walk finds the package's fixes."""
    assert len(FIXES) > 60
    assert len(SAID) > 30


def test_a_node_s_plan_has_a_part_for_each() -> None:
    """The fix plan knows everything that a fix can do, and nothing else."""
    assert tuple(PARTS) == get_args(Does)


@pytest.mark.parametrize("harm", HARMFUL)
def test_harmless(harm: str) -> None:
    """No fix of the catalogue, of advice or of an error does what no fix may do."""
    rows = [(row, str(CATALOGUE[row]["fix"])) for row in CATALOGUE]
    texts = [*rows, *((where, fix) for where, fix, _ in FIXES), *texts_of_diagnose()]
    found = [f"{place}: {text}" for place, text in texts if re.search(HARMFUL[harm], text)]
    assert not found, "\n".join(
        [
            f"no fix {harm} ({HARMFUL[harm]}): say it otherwise, e.g. by sudoedit, tee -a, or the program that owns the file",
            *found,
        ]
    )


@pytest.mark.parametrize("row", CATALOGUE)
def test_row_says_what_its_fix_does(row: str) -> None:
    """A row that only reads has no command that does more; one that restarts or deletes has the command that does; none says less."""
    does, found = CATALOGUE[row]["does"], heaviest(str(CATALOGUE[row]["fix"]))
    assert does == found or (does, found) == ("changes", "reads")


@pytest.mark.parametrize(("where", "fix", "does"), SAID, ids=[where for where, _, _ in SAID])
def test_advice_says_what_its_fix_does(where: str, fix: str, does: str) -> None:
    """As for the catalogue's rows; what is filled in later may do more than the text that stands here, never less."""
    found = heaviest(fix)
    assert RANK[does] >= RANK[found]
    assert OPEN in fix or does == found or (does, found) == ("changes", "reads")


def test_another_fix_says_anew_what_it_does() -> None:
    """Whoever gives a row of the catalogue another fix says what that one does."""
    given_anew = [(file.name, call) for file, call in calls({"replace"}) if given(call, "fix", 99) is not None]
    assert len(given_anew) > 5
    assert [(name, call.lineno) for name, call in given_anew if given(call, "does", 99) is None] == []


@pytest.mark.parametrize(
    ("fix", "does"),
    [
        ("showmount -e nas; ls -ld /nfs", "reads"),
        ("echo x | sudo tee -a /etc/exports", "changes"),
        ("sudo systemctl restart docker", "restarts"),
        ("sudo rm /etc/machine-id && sudo reboot", "deletes"),
    ],
)
def test_heaviest(fix: str, does: str) -> None:
    """The heaviest command of a fix counts."""
    assert heaviest(fix) == does
