"""Which cases `make test` plays, so that they take three minutes together: every public report, and whatever no case before tells."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selftest.replay.case import Case, names_in

REPORT = re.compile(r"\d\d-|r-")
"""How the name begins of a case that is a report which edgeproof was once wrong about: it is always played."""


def told_by(case: Case) -> Iterator[tuple[str, str]]:
    """Give what a case tells: a check fails, by which row, is nearly missed, is blocked."""
    verdict = case.verdict
    yield from (("fails", name) for name in verdict.failing)
    yield from (("row", entry.id) for entry in (*verdict.fails, *verdict.accepted) if entry.id)
    yield from (("near", name) for name in case.nearly)
    yield from (("blocked", name) for name in names_in(*verdict.blocked))


def chosen(cases: list[Case]) -> set[str]:
    """Name the reports, and in their order the cases that tell something that none before them told, or that tell nothing of the kind."""
    known = {told for case in cases if REPORT.match(case.name) for told in told_by(case)}
    found = {case.name for case in cases if REPORT.match(case.name)}
    for case in cases:
        told = set(told_by(case))
        if not told or told - known:
            found.add(case.name)
            known |= told
    return found
