"""How an item ends: passed, failed, skipped, accepted, or blocked, which is none of them."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from edgeproof.diagnose import Advice, advise
from edgeproof.errors import ApiForbidden, EdgeproofError
from edgeproof.facts.observed import Blocked, NotApplicable
from edgeproof.files import suite_of
from edgeproof.plugin.session import CLUSTER, NODES, inventory_of
from edgeproof.plugin.waivers import judged
from edgeproof.quoted import shortened
from edgeproof.report.finding import WHOLE_CLUSTER, Finding, Outcome, printable

COMPARISON = pytest.StashKey[tuple[str, str]]()
MEASUREMENT = pytest.StashKey[dict[str, Any]]()
RUNNING = pytest.StashKey[pytest.Item]()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Remember the item, for the comparison that may fail in it."""
    item.config.stash[RUNNING] = item


def pytest_assertrepr_compare(config: pytest.Config, op: str, left: object, right: object) -> None:
    """Keep both sides of a failed comparison: the left is what was seen, the right what was wanted.

    Where something must be in a collection, the collection is what was seen.
    """
    if RUNNING in config.stash:
        seen, wanted = (right, left) if op in CONTAINS else (left, right)
        relation = RELATIONS.get(op, f"{op} ")
        config.stash[RUNNING].stash[COMPARISON] = (_shown(seen), relation + _shown(wanted))


CONTAINS = {"in": "with ", "not in": "without "}
RELATIONS = {"==": "", "is": "", "!=": "not ", "is not": "not ", **CONTAINS}
"""How a wanted value is led in; an operator that is not here stands for itself."""


def _shown(value: object) -> str:
    return shortened(printable(_words(value)))


def _words(value: object) -> str:
    """Say a value as a person would: yes and no, items with commas between them, (none) and (nothing)."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value or "(nothing)"
    if isinstance(value, set | frozenset):
        return ", ".join(sorted(map(_words, value))) or "(none)"
    if isinstance(value, tuple | list):
        return ", ".join(map(_words, value)) or "(none)"
    return str(value)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a suite's report into one that says blocked, or why and what mends it; attach the finding."""
    report = yield
    suite = suite_of(item.path)
    if suite is None or (report.when != "call" and report.passed):
        return report
    finding = _judged(item, suite, report, call.excinfo)
    if finding.outcome in ("blocked", "skipped", "accepted"):
        report.outcome = "skipped"
        words = {"blocked": f"blocked: {finding.why}", "accepted": f"accepted: {finding.accepted}"}
        said = printable(words.get(finding.outcome, finding.why))
        report.longrepr = (str(item.path), item.location[1] or 0, said)
    elif finding.outcome == "failed" and _is_told(call.excinfo):
        report.outcome = "failed"
        report.longrepr = f"{finding.node} · {finding.check}\n{finding.explanation()}"
    report.finding = finding.as_data()  # type: ignore[attr-defined]
    report.measurement = item.stash.get(MEASUREMENT, None)  # type: ignore[attr-defined]
    return report


def _is_told(excinfo: pytest.ExceptionInfo[BaseException] | None) -> bool:
    """Whether the finding says all: nothing was raised (a waiver of what passes), or a check's own words."""
    return excinfo is None or isinstance(excinfo.value, AssertionError | EdgeproofError)


def _judged(item: pytest.Item, suite: str, report: pytest.TestReport, excinfo: Any) -> Finding:
    """Make the finding of a report, as cluster.yaml's waivers have it."""
    error = excinfo.value if excinfo is not None else None
    if isinstance(error, Blocked | NotApplicable):
        outcome: Outcome = "blocked" if isinstance(error, Blocked) else "skipped"
        return _finding(item, suite, report, outcome, why=error.why)
    if isinstance(error, ApiForbidden):
        return _finding(item, suite, report, "blocked", why=str(error))
    if report.failed:
        finding = _failure(item, suite, report, excinfo)
        return _waived(item, finding) if _is_told(excinfo) else finding
    finding = _finding(item, suite, report, "passed" if report.passed else "skipped", why=_skip_reason(report))
    return _waived(item, finding)


def _waived(item: pytest.Item, finding: Finding) -> Finding:
    return judged(finding, inventory_of(item.config).waiver_of(finding.check, finding.node))


def _finding(item: pytest.Item, suite: str, report: pytest.TestReport, outcome: Outcome, **values: str) -> Finding:
    function = getattr(item, "function", None)
    return Finding(
        suite=suite,
        layer=item.path.stem.removeprefix("test_").replace("_", " "),
        check=_check(item),
        node=_node(item),
        outcome=outcome,
        sentence=(getattr(function, "__doc__", "") or "").strip().split("\n")[0],
        duration_s=round(report.duration, 4),
        line=item.location[1] or 0,
        **values,
    )


def _check(item: pytest.Item) -> str:
    name: str = getattr(item, "originalname", None) or item.name
    return name.removeprefix("test_")


def _node(item: pytest.Item) -> str:
    parameters: dict[str, Any] = getattr(getattr(item, "callspec", None), "params", {})
    named = (parameters.get(name) for name in ("node", "agent", "server", "nfs_server"))
    # Where the inventory has no agent, pytest gives the one item it makes (and skips) a mark in place of a name.
    return next((name for name in named if isinstance(name, str)), WHOLE_CLUSTER)


def _skip_reason(report: pytest.TestReport) -> str:
    return str(report.longrepr[2]).removeprefix("Skipped: ") if isinstance(report.longrepr, tuple) else ""


def _failure(item: pytest.Item, suite: str, report: pytest.TestReport, excinfo: Any) -> Finding:
    error = excinfo.value if excinfo is not None else None
    seen, wanted = item.stash.get(COMPARISON, ("", ""))
    advice = _advice(item, suite)
    fix, does = (advice.fix, advice.does) if advice else ("", "")
    if isinstance(error, EdgeproofError):
        why, seen, wanted = str(error), "", ""
        fix, does = (error.fix, error.does) if error.fix else (fix, does)
    elif isinstance(error, AssertionError):
        why = "" if seen else _asserted(excinfo)
    else:
        why = f"edgeproof itself failed here:\n{excinfo.getrepr(style='short') if excinfo else report.longreprtext}"
    values = {"why": why, "seen": seen, "wanted": wanted, "fix": fix, "does": does}
    if advice:
        values |= {"cause": advice.cause, "catalogue_id": advice.id, "source": advice.source}
    return _finding(item, suite, report, "failed", **values)


def _asserted(excinfo: pytest.ExceptionInfo[AssertionError]) -> str:
    """Say what did not hold where no comparison was seen: pytest's words of it, else (--assert=plain) the check's own line."""
    said = str(excinfo.value).split("\n")[0].strip()
    return _shown(said or f"this does not hold: {str(excinfo.traceback[-1].statement).strip()}")


def _advice(item: pytest.Item, suite: str) -> Advice | None:
    arguments: dict[str, Any] = dict(getattr(item, "funcargs", {}))
    stash = item.config.stash
    context: dict[str, Any] = {"inventory": inventory_of(item.config)}
    if NODES in stash:
        nodes = stash[NODES]
        context |= {"nodes": nodes, "server": nodes[inventory_of(item.config).server.name]}
        context |= {"node": nodes[_node(item)]} if _node(item) in nodes else {}
    if CLUSTER in stash:
        context["cluster"] = stash[CLUSTER]
    return advise(suite, _check(item), context | arguments)


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, tuple[str, dict[str, bool]]] | None:
    """Count and show blocked items apart, and a suite's failed set-up as a failure."""
    finding: dict[str, Any] | None = getattr(report, "finding", None)
    if finding is None:
        return None
    if finding["outcome"] == "blocked":
        return "blocked", "B", ("BLOCKED", {"yellow": True})
    if finding["outcome"] == "accepted":
        return "accepted", "A", ("ACCEPTED", {"cyan": True})
    if finding["outcome"] == "failed" and report.when == "setup":
        return "failed", "F", ("FAILED", {"red": True})
    return None
