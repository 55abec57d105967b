"""The lab's faults name what there is: checks of the suites, rows of the catalogue."""

from __future__ import annotations

import pytest

from edgeproof.diagnose import catalogue_rows
from edgeproof.explain import known_checks, rows_of
from lab.faults.fault import Fault
from lab.faults.put_in import FAULTS

CHECKS = {(check.suite, check.name): check for check in known_checks()}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=lambda fault: fault.name)
def test_fault(fault: Fault) -> None:
    """A fault is found by a check that there is, whose advice can come to the row; what it blocks are checks, too."""
    check = CHECKS[fault.suite, fault.check]
    assert fault.catalogue_id in (*rows_of(check), "")
    assert fault.catalogue_id in (*catalogue_rows(), "")
    assert {*fault.blocks, *fault.blocks_here} - {name for _, name in CHECKS} == set()
