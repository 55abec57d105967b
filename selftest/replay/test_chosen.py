"""What is left out of `make test` is told by another case, which is played."""

from __future__ import annotations

from selftest.replay.case import case_files, load_case
from selftest.replay.chosen import REPORT, chosen, told_by


def test_nothing_untold_is_left_out() -> None:
    """Every check that fails, row, near miss and block has a case that is played; and every report is."""
    cases = [load_case(file) for file in case_files()]
    names = chosen(cases)
    played = {told for case in cases if case.name in names for told in told_by(case)}
    assert {told for case in cases for told in told_by(case)} == played
    assert [case.name for case in cases if REPORT.match(case.name) and case.name not in names] == []


def test_healthy_clusters_are_played() -> None:
    """A case that tells neither a failure nor a near miss is there for itself."""
    cases = [load_case(file) for file in case_files()]
    assert {case.name for case in cases if not set(told_by(case))} <= chosen(cases)
