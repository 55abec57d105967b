"""docs/checks.md is what the suites, the snippets, the advice and the cases say today."""

from __future__ import annotations

import pytest

from edgeproof.diagnose import own_words
from edgeproof.explain import Cases, Check, cases_of, known_checks, rows_of
from selftest.checks_table import PAGE, REBOOT, cases, cases_by_check, empty_cells, page


def test_page_is_current() -> None:
    """The page is as `python -m selftest.checks_table` writes it."""
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m selftest.checks_table"


@pytest.mark.parametrize("check", known_checks(), ids=lambda check: f"{check.suite}/{check.name}")
def test_page_is_read_as_it_is_written(check: Check) -> None:
    """`edgeproof explain` finds in the page the cases that were written there."""
    found = cases_by_check()
    failing, near = (tuple(found[column][check.suite, check.name]) for column in ("failing", "near"))
    assert cases_of(check) == Cases(failing, near)


def test_cases_name_checks() -> None:
    """Whatever a case says to fail, or to be nearly failing, is a check of a suite that it runs."""
    known = {(check.suite, check.name) for check in known_checks()}
    names = {name for _, name in known}
    missed = [
        f"{case.name}: {name}"
        for case in cases()
        for name in (*case.near, *(name for entry in case.verdict.fails for name in entry.checks))
        if name != "*" and not any((suite, name) in known for suite in case.run)
    ]
    assert names
    assert missed == []


def test_empty_cells_are_found() -> None:
    """A check that no case fails, none nearly fails, or whose advice has neither a row nor words is listed; one that has all is not."""
    listed = "\n".join(empty_cells())
    assert "1_reach ssh:" not in listed
    for check in known_checks():
        advice = rows_of(check) or own_words(check.suite, check.name)
        played = (cases_of(check).failing and cases_of(check).near) or check.suite == REBOOT
        whole = played and advice
        assert bool(whole) is not (f"{check.place} {check.name}:" in listed)


@pytest.mark.parametrize("check", known_checks(), ids=lambda check: f"{check.suite}/{check.name}")
def test_a_row_or_its_own_words(check: Check) -> None:
    """Advice that comes to a row of the catalogue does not say that it has none."""
    assert not (rows_of(check) and own_words(check.suite, check.name))
