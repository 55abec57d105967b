"""Writes docs/checks.md, a row for each check: `python -m selftest.checks_table`; with --empty it lists the empty cells instead."""

from __future__ import annotations

import argparse
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from edgeproof.bundle.tools import TOOLS
from edgeproof.diagnose import own_words
from edgeproof.explain import Check, Reads, known_checks, reads_of, rows_of
from selftest.replay.case import Case, case_files, load_case

CHECKOUT = Path(__file__).parents[1]
PAGE = CHECKOUT / "docs" / "checks.md"
REBOOT, NO_REBOOT = "tests_reboot", "a replayed machine does not reboot: selftest/lab/test_9_reboot.py"
MOST_PATHS = 3
MOST_ROWS = 8

HEAD = """\
# All checks

Made by `python -m selftest.checks_table` from the suites, the snippets, the advice and the replayed cases; a selftest holds it current.
`edgeproof explain CHECK` says the same of one check at a terminal, with causes and fixes.

*Reads*: facts of a node in bold, with the commands (but coreutils and their like) and paths that their snippets name,
 paths of the API, what a run sets up.
*May advise*: rows of the [catalogue](../edgeproof/diagnose/catalogue.yaml) that its advice can come to; `edgeproof explain ROW` shows one;
its own words, where it only repeats what it read.
*Fails in*: cases of [selftest/replay/cases](../selftest/replay/cases) whose verdict says so. *Near misses*: cases that resemble a failure, and in
which it must not fail (`near:`, or `passes:` on another node of a case in which it fails; [replay.md](replay.md)).

| check | what is so | reads | may advise | fails in | near misses |
|---|---|---|---|---|---|
"""

COLUMNS = {"fails in": "failing", "near misses": "near"}


@cache
def cases() -> tuple[Case, ...]:
    """Load all replayed cases."""
    return tuple(load_case(file) for file in case_files())


@cache
def cases_by_check() -> dict[str, dict[tuple[str, str], list[str]]]:
    """Give by column, suite and check the names of the cases."""
    found: dict[str, dict[tuple[str, str], list[str]]] = {column: defaultdict(list) for column in COLUMNS.values()}
    for case in cases():
        for suite in case.run:
            for column, names in (("failing", case.verdict.failing), ("near", case.nearly)):
                for name in names:
                    found[column][suite, name].append(case.name)
    return found


def page() -> str:
    """Give the whole page."""
    return HEAD + "".join(f"| {' | '.join(row(check))} |\n" for check in known_checks())


def row(check: Check) -> Iterator[str]:
    """Give the cells of one check."""
    yield f"`{check.name}` `{check.place}`"
    yield _cell(check.sentence)
    yield "; ".join(_reads(reads_of(check))) or "what other checks have set up"
    yield _quoted(rows_of(check), MOST_ROWS) or _in_own_words(check)
    for column in COLUMNS.values():
        yield _quoted(cases_by_check()[column][check.suite, check.name]) or (NO_REBOOT if check.suite == REBOOT else "")


def empty_cells() -> Iterator[str]:
    """Name each check that no case fails, that has no near miss, or that advises by no row and does not say what it repeats."""
    for check in known_checks():
        found = cases_by_check()
        is_played = check.suite != REBOOT
        lacks = [name for name, column in COLUMNS.items() if is_played and not found[column][check.suite, check.name]]
        lacks += [] if rows_of(check) or own_words(check.suite, check.name) else ["may advise"]
        if lacks:
            yield f"{check.place} {check.name}: {', '.join(lacks)}"


def _reads(reads: Reads) -> Iterator[str]:
    if reads.ssh:
        yield "the SSH connection"
    for fact, named in reads.facts:
        paths = sorted(named.paths)
        more = [f"{len(paths) - MOST_PATHS} more"] if len(paths) > MOST_PATHS else []
        asked = [*(f"`{name}`" for name in [*sorted(named.commands - set(TOOLS)), *paths[:MOST_PATHS]]), *more]
        yield _cell(f"**{fact}**: {', '.join(asked) or 'the shell itself'}")
    yield from (f"`{url}`" for url in reads.api)
    yield from reads.set_up


def _in_own_words(check: Check) -> str:
    words = own_words(check.suite, check.name)
    return _cell(f"its own words: {words}") if words else ""


def _quoted(names: Sequence[str], most: int = 99) -> str:
    more = [f"{len(names) - most} more"] if len(names) > most else []
    return ", ".join([*(f"`{name}`" for name in names[:most]), *more])


def _cell(text: str) -> str:
    """Keep text within its cell: a bar would begin the next one."""
    return re.sub(r"\s+", " ", text).replace("|", "\\|").replace(" \\| ", " \\|")


def main() -> int:
    """Write the page, or list its empty cells."""
    parser = argparse.ArgumentParser(
        prog="python -m selftest.checks_table", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument(
        "--empty", action="store_true", help="list the checks without a failing case, a near miss or advice"
    )
    if parser.parse_args().empty:
        sys.stdout.writelines(f"{line}\n" for line in empty_cells())
        return 0
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
