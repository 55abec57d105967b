"""The explanation of a check or a row, as text for a terminal."""

from __future__ import annotations

import difflib
import textwrap
from collections.abc import Iterator

from edgeproof.bundle.tools import TOOLS
from edgeproof.diagnose import catalogue, catalogue_rows, own_words
from edgeproof.explain.advised import rows_of
from edgeproof.explain.cases import cases_of
from edgeproof.explain.checks import Check, known_checks
from edgeproof.explain.reads import Reads, reads_of
from edgeproof.facts.named import Named

LABEL, WIDTH = 13, 120
MOST_PATHS = 12


def explain(word: str) -> str:
    """Explain the checks of that name, or the catalogue's row; '' where there is neither."""
    checks = [check for check in known_checks() if check.name == word]
    if checks:
        return "\n\n".join("\n".join(_check(check)) for check in checks)
    return "\n".join(_row(word)) if word in catalogue_rows() else ""


def nearest(word: str) -> list[str]:
    """Name the checks and rows that resemble a word most."""
    known = [*dict.fromkeys(check.name for check in known_checks()), *catalogue_rows()]
    return difflib.get_close_matches(word, known, cutoff=0.4) or [name for name in known if word in name][:3]


def list_checks() -> str:
    """List all checks, a line each."""
    widest = max(len(check.name) for check in known_checks())
    return "\n".join(f"{check.suite:14} {check.name:{widest}} {check.sentence}" for check in known_checks())


def _check(check: Check) -> Iterator[str]:
    yield f"{check.name}   {check.place}"
    yield from _labelled("what is so", check.sentence)
    for line in what_it_reads(reads_of(check)):
        yield from _labelled("reads", line)
    for row in rows_of(check):
        yield from _labelled("may advise", f"{row}: {_cause(row)}")
        yield from _remedy(row)
    if not rows_of(check):
        yield from _labelled("may advise", f"in its own words: {own_words(check.suite, check.name)}")
    cases = cases_of(check)
    yield from _labelled("fails in", ", ".join(cases.failing) or "no replayed cluster yet")
    yield from _labelled("near miss in", ", ".join(cases.near) or "no replayed cluster yet")


def _row(row: str) -> Iterator[str]:
    yield f"{row}   a row of the catalogue"
    yield from _labelled("cause", _cause(row))
    yield from _remedy(row)
    givers = [f"{check.name} ({check.suite})" for check in known_checks() if row in rows_of(check)]
    yield from _labelled("given by", ", ".join(givers) or "no check yet")


def _cause(row: str) -> str:
    return catalogue(row).cause


def _remedy(row: str) -> Iterator[str]:
    found = catalogue(row)
    yield from _labelled("  fix", found.fix)
    yield from _labelled("  does", found.does)
    yield from _labelled("  source", found.source)


def what_it_reads(reads: Reads) -> Iterator[str]:
    """Say what is read, a line for each fact, for the API and for what is set up."""
    if reads.ssh:
        yield "the SSH connection itself"
    for fact, named in reads.facts:
        yield f"the fact {fact}: {_asked(named)}"
    if reads.api:
        yield f"the API: {', '.join(reads.api)}"
    yield from reads.set_up


def _asked(named: Named) -> str:
    paths = sorted(named.paths)
    commands = sorted(named.commands - set(TOOLS))
    more = [f"and {len(paths) - MOST_PATHS} paths more"] if len(paths) > MOST_PATHS else []
    return ", ".join([*commands, *paths[:MOST_PATHS], *more]) or "nothing but the shell, or asked by edgeproof itself"


def _labelled(label: str, text: str) -> Iterator[str]:
    lines = textwrap.wrap(text, WIDTH - LABEL - 2, break_long_words=False, break_on_hyphens=False) or [""]
    yield f"  {label:{LABEL}}{lines[0]}"
    yield from (f"  {'':{LABEL}}{line}" for line in lines[1:])
