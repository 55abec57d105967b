"""docs/faults.md is what the lab and the cases show today, and each row of the catalogue is shown or has its reason."""

from __future__ import annotations

import pytest

from edgeproof.diagnose import catalogue_rows
from selftest.faults_table import PAGE, page, reasons, shown


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
