"""The replayed clusters in which a check fails, and those in which it nearly does, as docs/checks.md lists them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from edgeproof.explain.checks import Check
from edgeproof.files import carried

PAGE = "docs/checks.md"


@dataclass(frozen=True)
class Cases:
    """Names of cases (selftest/replay/cases in the repository)."""

    failing: tuple[str, ...] = ()
    near: tuple[str, ...] = ()


def cases_of(check: Check) -> Cases:
    """Give the cases of a check; none where the page has no row of it."""
    return _rows().get((check.place, check.name), Cases())


@cache
def _rows() -> dict[tuple[str, str], Cases]:
    """Read the page: a row's cells are the check, its place, …, the failing cases, the near misses."""
    found = {}
    for line in carried(PAGE).read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        name, place = re.match(r"`(\w+)`", cells[0]), re.search(r"`(tests_\w+/\w+)`", cells[0])
        if line.startswith("| `") and name and place:
            found[place[1], name[1]] = Cases(_names(cells[-2]), _names(cells[-1]))
    return found


def _names(cell: str) -> tuple[str, ...]:
    return tuple(re.findall(r"`([^`]+)`", cell))
