"""Every check is a sentence, and has advice for when it fails."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from edgeproof.diagnose import Advice, advised_checks, advises, catalogue
from edgeproof.files import SUITES

CHECKOUT = Path(__file__).parents[2]
DIAGNOSE = CHECKOUT / "edgeproof" / "diagnose"
PLACES = {
    (file.parent.name, file.stem): [
        item
        for item in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(item, ast.FunctionDef) and item.name.startswith("test_")
    ]
    for suite in SUITES
    for file in sorted((CHECKOUT / suite).glob("test_*.py"))
}
"""The checks of each suite and module."""

CHECKS = [check for checks in PLACES.values() for check in checks]
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


def parameters_of(suite: str, check: str) -> set[str]:
    """Name what a check's advice function asks for."""
    module = ast.parse((DIAGNOSE / f"{advised_checks()[suite, check]}.py").read_text(encoding="utf-8"))
    function = next(
        item
        for item in module.body
        if isinstance(item, ast.FunctionDef)
        for decorator in item.decorator_list
        if isinstance(decorator, ast.Call) and check in texts(decorator.args[0])
    )
    return {argument.arg for argument in function.args.args}


def texts(expression: ast.expr) -> Iterator[str]:
    """Give the texts that stand in an expression."""
    for part in ast.walk(expression):
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value:
            yield part.value


def test_names_are_unique_in_a_suite() -> None:
    """No two checks of a suite have one name: advice and findings know a check by its suite and its name."""
    counted = Counter((suite, name_of(check)) for (suite, _), checks in PLACES.items() for check in checks)
    assert [key for key, count in counted.items() if count > 1] == []


def test_every_check_has_advice() -> None:
    """Each check has an advice function, and each advice function a check; its module is named for the check's."""
    wanted = {
        (suite, name_of(check)): module.replace("test", suite.removeprefix("tests_"), 1)
        for (suite, module), checks in PLACES.items()
        for check in checks
    }
    assert advised_checks() == wanted


@pytest.mark.parametrize(
    ("suite", "check"), [(suite, check) for (suite, _), checks in PLACES.items() for check in checks]
)
def test_advice_asks_for_what_is_there(suite: str, check: ast.FunctionDef) -> None:
    """What an advice function asks for is a fixture of its check, or what must have been observed for one of them."""
    fixtures = {argument.arg for argument in check.args.args}
    there = fixtures | {"inventory"}
    if fixtures & {"node", "agent", "server", "nfs_server"}:
        there |= {"node", "nodes", "server"}
    if "client_clock" in fixtures:
        there.add("nodes")
    if fixtures & {"verify_pods", "claim_pods", "workloads"}:
        there |= {"cluster", "nodes"}  # both are observed before a workload runs
    assert parameters_of(suite, name_of(check)) - there == set()


def test_a_misspelt_parameter_is_an_error() -> None:
    """An advice function that asks for what no check has is refused as it is registered: it would never be called."""

    def misspelt(servre: object) -> Advice:
        raise AssertionError(servre)

    with pytest.raises(ValueError, match="advice on ssh asks for servre"):
        advises("ssh")(misspelt)


def test_a_row_that_is_not_there_is_an_error() -> None:
    """A misspelt row is not silence."""
    with pytest.raises(KeyError, match="nfs-stail"):
        catalogue("nfs-stail")


def package_texts() -> Iterator[str]:
    """Give the text of every module of the package, and of the catalogue."""
    for file in [*(CHECKOUT / "edgeproof").rglob("*.py"), DIAGNOSE / "catalogue.yaml"]:
        yield file.read_text(encoding="utf-8")


def test_what_a_reason_names_is_a_check() -> None:
    """Wherever a reason says `see the check X`, there is a check of exactly that name; in a suite, if it names one."""
    named, of_suite = set(), set()
    for text in package_texts():
        named |= set(re.findall(r"\bsee the check (\w+)", text)) | set(re.findall(r"BrokenLink\(\"(\w+)\"", text))
        for check, other, suite in re.findall(r"\bsee (?:the check )?(\w+)(?: and (\w+))? in (tests_\w+)", text):
            of_suite |= {(suite, name) for name in (check, other) if name}
    assert named > {"sudo", "daemon_json", "nodes"}
    assert named - {name_of(check) for check in CHECKS} == set()
    known = {(suite, name_of(check)) for (suite, _), checks in PLACES.items() for check in checks}
    assert ("tests_node", "nfs_client") in of_suite
    assert of_suite - known == set()


def test_what_a_fix_runs_is_a_check() -> None:
    """Whatever a fix hands to `edgeproof node`, `cluster` or `workload` by -k chooses a check of that suite, word by word."""
    chosen = {
        (f"tests_{suite}", word)
        for text in package_texts()
        for suite, some, one in re.findall(r"edgeproof (node|cluster|workload) -k (?:'([^']+)'|(\w+))", text)
        for word in re.split(r"\W+", some or one)
        if word not in ("or", "and", "not")
    }
    names = {(suite, name_of(check)) for (suite, _), checks in PLACES.items() for check in checks}
    assert ("tests_cluster", "listing") in chosen
    missing = {(suite, word) for suite, word in chosen if not any(suite == of and word in name for of, name in names)}
    assert missing == set()


def test_what_a_fix_runs_by_pytest_is_there() -> None:
    """A fix or a message that names `pytest tests_…` names a suite."""
    named = {suite for text in package_texts() for suite in re.findall(r"\bpytest (tests_\w+)", text)}
    assert named - set(SUITES) == set()


def test_every_id_is_in_the_catalogue() -> None:
    """Each row that advice names exists."""
    assert set(advice_ids()) - set(CATALOGUE) == set()


@pytest.mark.parametrize("row", CATALOGUE)
def test_every_row_is_whole(row: str) -> None:
    """A row of the catalogue has cause, fix, what the fix does, and source, and no value that nobody reads."""
    assert set(CATALOGUE[row]) - {"try"} == {"cause", "fix", "does", "runs_in_lab", "source"}


@pytest.mark.parametrize("check", CHECKS, ids=name_of)
def test_every_check_is_one_sentence(check: ast.FunctionDef) -> None:
    """A check's docstring is one sentence in one line."""
    assert re.fullmatch(r"(?!.*[.!?] [A-Z])[^\n]+\.", ast.get_docstring(check) or "")
