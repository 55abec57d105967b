"""Compares how a run ended with the verdict that a case expects: every difference is one line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from edgeproof.report.finding import WHOLE_CLUSTER
from selftest.replay.case import Expected, Names, Verdict

ANY = "*"
OUTCOMES = ("passes", "skipped", "accepted", "blocked", "fails")
"""The lists of a verdict; of two that name a check on a node, the later one counts, and one that names it before one that says `*`."""

ENDED = {"passes": "passed", "skipped": "skipped", "accepted": "accepted", "blocked": "blocked", "fails": "failed"}


@dataclass(frozen=True)
class Played:
    """How a run on a replayed cluster ended. `undescribed` are the questions nobody had described an answer to."""

    status: int
    text: str
    record: dict[str, Any]
    undescribed: tuple[str, ...] = ()
    broke: str = ""
    cpu_s: float = 0.0
    wall_s: float = 0.0

    @property
    def findings(self) -> list[dict[str, Any]]:
        """The record's findings."""
        return list(self.record.get("findings", []))


@dataclass
class _Wanted:
    outcome: str = "passed"
    entries: list[Expected] = field(default_factory=list)


def differences(
    verdict: Verdict, base_skips: Iterable[dict[str, Any]], played: Played, near: Iterable[str] = ()
) -> list[str]:
    """List, a line each, what differs between a run and what is expected of it; an empty list where nothing does."""
    if played.broke:
        return [f"the stage broke: {played.broke}"]
    lines = [f"undescribed: {question}" for question in played.undescribed]
    if played.status != verdict.status:
        lines.append(f"exit status {played.status}, expected {verdict.status}")
    skips = [Expected.model_validate(skip) for skip in base_skips]
    wanted, idle = _wanted(verdict, skips, played.findings)
    lines += [f"{entry.check} on {entry.node}: expected as {name}, did not run" for name, entry in idle]
    for finding in played.findings:
        lines += _compare(wanted[_key(finding)], finding)
    lines += [line for check in near for line in _hit(check, played.findings)]
    whole = played.text + json.dumps(played.record, ensure_ascii=False)
    lines += [f"nowhere said: {words!r}" for words in verdict.says if words not in whole]
    lines += [f"said, and must not be: {words!r}" for words in verdict.never if words in whole]
    return lines


def _hit(check: str, findings: list[dict[str, Any]]) -> Iterator[str]:
    """Say where a near miss was none: the check did not run, or did not pass and was not skipped."""
    found = [finding for finding in findings if finding["check"] == check]
    if not found:
        yield f"near: {check} did not run"
    for finding in found:
        if finding["outcome"] not in ("passed", "skipped"):
            yield f"near: {check} {finding['outcome']} on {finding['node']}"


def _key(finding: dict[str, Any]) -> tuple[str, str, str]:
    return finding["suite"], finding["check"], finding["node"]


def _wanted(
    verdict: Verdict, base_skips: list[Expected], findings: list[dict[str, Any]]
) -> tuple[dict[tuple[str, str, str], _Wanted], list[tuple[str, Expected]]]:
    """Give what is expected of each finding, and the entries of the case that no finding is of."""
    wanted = {_key(finding): _Wanted() for finding in findings}
    idle = []
    own = sorted(
        ((name, entry, True) for name in OUTCOMES for entry in getattr(verdict, name)),
        key=lambda listed: listed[1].check != ANY,
    )
    for name, entry, must_run in [*(("skipped", entry, False) for entry in base_skips), *own]:
        keys = [key for key in wanted if _is_of(entry, key)]
        idle += [(name, entry)] if must_run and _missing(entry, keys) else []
        for key in keys:
            known = wanted[key].entries if wanted[key].outcome == ENDED[name] else []
            wanted[key] = _Wanted(ENDED[name], [*known, entry])
    return wanted, idle


def _is_of(entry: Expected, key: tuple[str, str, str]) -> bool:
    _, check, node = key
    return _names(entry.check, check) and _names(entry.node, node)


def _names(names: Names, name: str) -> bool:
    return name in ((names,) if isinstance(names, str) else names) or names == ANY


def _missing(entry: Expected, keys: list[tuple[str, str, str]]) -> bool:
    """Tell whether one of the checks and nodes that the entry names did not run."""
    nodes = (entry.node,) if isinstance(entry.node, str) else entry.node
    found = {(check, node) for _, check, node in keys}
    return any(
        not any(check in (ANY, one) and node in (ANY, other) for one, other in found)
        for check in entry.checks
        for node in nodes
    )


def _compare(wanted: _Wanted, finding: dict[str, Any]) -> Iterator[str]:
    place = finding["check"] + (f" on {finding['node']}" if finding["node"] != WHOLE_CLUSTER else "")
    if finding["outcome"] != wanted.outcome:
        said = " / ".join(str(finding.get(key, "")) for key in ("seen", "why", "cause", "fix") if finding.get(key))
        named = f" [{finding['catalogue_id']}]" if finding.get("catalogue_id") else ""
        yield f"{place}: {finding['outcome']}, expected {wanted.outcome}{': ' + said if said else ''}{named}"
        return
    for entry in wanted.entries:
        yield from (f"{place}: {line}" for line in _compare_words(entry, finding))


def _compare_words(entry: Expected, finding: dict[str, Any]) -> Iterator[str]:
    for name, wanted, key in (("id", entry.id, "catalogue_id"), ("does", entry.does, "does")):
        found = finding.get(key, "")
        if wanted is not None and wanted != found:
            yield f"{name} is {found!r}, expected {wanted!r}"
    for key in ("cause", "fix", "why", "seen"):
        for words in getattr(entry, key):
            if words not in finding.get(key, ""):
                yield f"{key} lacks {words!r}: {finding.get(key, '')!r}"
    told = " ".join(str(finding.get(key, "")) for key in ("cause", "fix", "why"))
    yield from (f"must not say {words!r}: {told!r}" for words in entry.never if words in told)
