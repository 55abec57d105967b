"""Plays the cases of a check with one of its conditions changed, in a copy of the checkout that is there for that alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from selftest.mutation.conditions import Change, Condition
from selftest.replay.case import Case, case_files, load_case, names_in
from selftest.replay.judge import judge
from selftest.replay.players import Player

MOST_HEALTHY = 2
"""Cases in which the check passes that are tried before those in which it fails."""


class Cases:
    """All replayed cases, by what they say of a check."""

    def __init__(self) -> None:
        self._all = [load_case(file) for file in case_files()]

    def failing(self, suite: str, check: str) -> list[Case]:
        """List the cases in which the check must fail."""
        return [case for case in self._running(suite) if check in names_in(*case.verdict.fails)]

    def near(self, suite: str, check: str) -> list[Case]:
        """List the near misses first, then others in which no list of the verdict names the check."""
        others = [case for case in self._running(suite) if not self._named(case, check)]
        return sorted(others, key=lambda case: check not in case.near)

    def _running(self, suite: str) -> list[Case]:
        return [case for case in self._all if suite in case.run]

    @staticmethod
    def _named(case: Case, check: str) -> bool:
        verdict = case.verdict
        lists = (verdict.fails, verdict.blocked, verdict.skipped, verdict.accepted)
        return any(check in entry.checks or entry.check == "*" for entries in lists for entry in entries)


def tried(condition: Condition, change: Change, cases: Cases) -> Iterator[Case]:
    """Give the cases that may notice, the likeliest first."""
    suite = condition.file.parts[0]
    failing, near = cases.failing(suite, condition.check), cases.near(suite, condition.check)
    yield from failing if change == "taken away" else [*near[:MOST_HEALTHY], *failing]


def noticed_by(condition: Condition, change: Change, copy: Path, cases: Cases, player: Player) -> str:
    """Give the first case whose verdict differs with the condition changed, '' where none does."""
    file = copy / condition.file
    text = file.read_bytes()
    try:
        file.write_bytes(condition.changed(text, change))
        for case in tried(condition, change, cases):
            if judge(case, player)[1]:
                return case.name
        return ""
    finally:
        file.write_bytes(text)
