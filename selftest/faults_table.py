"""Writes docs/faults.md: what the lab shows of the catalogue, and what it cannot: `python -m selftest.faults_table`."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from edgeproof.diagnose import catalogue_rows
from lab.faults.fault import Fault
from lab.faults.put_in import FAULTS
from lab.lab import RUNTIMES, Runtime
from selftest.lab.fix_run import why_not_run
from selftest.lab.passes import Passes, passes
from selftest.replay.case import case_files, load_case
from selftest.replay.cluster_folder import read_yaml

CHECKOUT = Path(__file__).parents[1]
PAGE = CHECKOUT / "docs" / "faults.md"
REASONS = Path(__file__).parent / "lab_offline" / "not_in_lab.yaml"
MOST_CASES = 3

HEAD = """\
# Faults

Made by `python -m selftest.faults_table` from the lab's faults, the [catalogue](../edgeproof/diagnose/catalogue.yaml) and the replayed cases; a selftest
holds it current.

## In the lab

`python -m lab break FAULT` puts one in. `pytest selftest/lab/test_2_faults.py` puts each in, and sees that exactly its check fails, on exactly its node,
with this row, that what rests on it is blocked, that its check passes once the fix was run as it is printed, and that all passes once it is mended; with `--lab-runtime containerd` in the lab on containerd, and
`--lab-gpu` beside it in one where pods ask for the GPU, in which alone some faults exist.

| fault | what is wrong | check | row | its fix is run | last passed on Docker | on containerd |
|---|---|---|---|---|---|---|
"""
BETWEEN = """
## Not in the lab

Rows that one machine cannot show, each with the reason, and replayed cases in which a check comes to it ([replay.md](replay.md)).

| row | why not | replayed in |
|---|---|---|
"""


@cache
def reasons() -> dict[str, str]:
    """Give by row of the catalogue why no fault shows it; the file has the rows under each reason."""
    by_reason: dict[str, list[str]] = read_yaml(REASONS)
    return {row: reason for reason, rows in by_reason.items() for row in rows}


@cache
def cases_by_row() -> dict[str, tuple[str, ...]]:
    """Give by row of the catalogue the replayed cases whose verdict has it."""
    found: dict[str, list[str]] = defaultdict(list)
    for case in map(load_case, case_files()):
        for row in {entry.id for entry in (*case.verdict.fails, *case.verdict.accepted) if entry.id}:
            found[row].append(case.name)
    return {row: tuple(sorted(names)) for row, names in found.items()}


def shown() -> frozenset[str]:
    """Give the rows that a fault of the lab shows."""
    return frozenset(fault.catalogue_id for fault in FAULTS.values() if fault.catalogue_id)


def page() -> str:
    """Give the whole page."""
    passed = passes()
    faults = "".join(_fault(fault, passed) for fault in FAULTS.values())
    return HEAD + faults + BETWEEN + "".join(_others())


def _fault(fault: Fault, passed: Passes) -> str:
    days = " | ".join(_day(fault, runtime, passed) for runtime in RUNTIMES)
    row = f"`{fault.catalogue_id}`" if fault.catalogue_id else "its own words"
    why_not = why_not_run(fault)
    runs = f"no: {why_not}" if why_not else "yes"
    return f"| `{fault.name}` | {fault.sentence} | `{fault.suite}` `{fault.check}` | {row} | {runs} | {days} |\n"


def _day(fault: Fault, runtime: Runtime, passed: Passes) -> str:
    if runtime not in fault.runtimes:
        return "does not exist there"
    return passed.get(runtime, {}).get(fault.name, {}).get("day", "not run")


def _others() -> Iterator[str]:
    for row in catalogue_rows():
        if row in shown():
            continue
        names = cases_by_row().get(row, ())
        more = [f"{len(names) - MOST_CASES} more"] if len(names) > MOST_CASES else []
        cases = ", ".join([*(f"`{name}`" for name in names[:MOST_CASES]), *more])
        yield f"| `{row}` | {reasons().get(row, '')} | {cases} |\n"


def main() -> int:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
