"""Which cases `make test` plays, so that they take three minutes together: every public report, and whatever no case before tells."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selftest.replay.case import Case, Expected

REPORT = re.compile(r"\d\d-|r-")
"""How the name begins of a case that is a report which edgeproof was once wrong about: it is always played."""


def told_by(case: Case) -> Iterator[tuple[str, str]]:
    """Give what a case tells: a check fails, by which row, is nearly missed, is blocked."""
    failing = [*case.verdict.fails, *case.verdict.accepted]
    yield from (("fails", name) for name in _names(failing))
    yield from (("row", entry.id) for entry in failing if entry.id)
    yield from (("near", name) for name in {*case.near, *(_names(case.verdict.passes) & _names(failing))})
    yield from (("blocked", name) for name in _names(case.verdict.blocked))


def _names(entries: list[Expected] | tuple[Expected, ...]) -> set[str]:
    return {name for entry in entries for name in entry.checks}


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
