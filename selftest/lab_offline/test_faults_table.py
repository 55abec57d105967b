"""docs/faults.md is what the lab and the cases show today, and each row of the catalogue is shown or has its reason."""

from __future__ import annotations

import pytest

from edgeproof.diagnose import catalogue_row, catalogue_rows
from lab.faults.put_in import FAULTS
from selftest.faults_table import PAGE, page, reasons, shown
from selftest.lab.fix_run import why_not_run


def test_page_is_current() -> None:
    """The page is as `python -m selftest.faults_table` writes it."""
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m selftest.faults_table"


@pytest.mark.parametrize("row", catalogue_rows())
def test_shown_or_a_reason(row: str) -> None:
    """A row is shown by a fault, or is said not to be, and why; not both."""
    assert (row in shown()) is not (row in reasons())


def test_reasons_are_about_rows() -> None:
    """No reason is left of a row that is gone."""
    assert set(reasons()) <= set(catalogue_rows())


@pytest.mark.parametrize("row", catalogue_rows())
def test_fixes_that_are_said_to_be_run(row: str) -> None:
    """A row says that its fix is run in the lab where a fault there does so, else why not."""
    is_run = any(fault.catalogue_id == row and not why_not_run(fault) for fault in FAULTS.values())
    said = catalogue_row(row)["runs_in_lab"]
    assert said is True if is_run else isinstance(said, str)
    assert row not in shown() or said != "no fault of the lab shows the row"
