"""The fix plan, from sample records: a script that does nothing until a person has edited it."""

from __future__ import annotations

import pytest

from edgeproof.report import Finding, RunRecord, fix_plan
from selftest.report.records import NAMES, sample, unprintable

DOWN = fix_plan(sample("one-node-down"))


@pytest.mark.parametrize("name", NAMES)
def test_everything_is_commented_out(name: str) -> None:
    """Every line is a comment or empty, whatever a node has printed into it."""
    assert [line for line in fix_plan(sample(name)).split("\n") if line and not line.startswith("#")] == []


@pytest.mark.parametrize("name", NAMES)
def test_nothing_steers_the_terminal(name: str) -> None:
    """A person reads it in a terminal: no control character, no reversed direction."""
    assert unprintable(fix_plan(sample(name))) == []


def test_head_says_that_nothing_was_run() -> None:
    """It starts as a script, with the run's time, and says that nothing has been run."""
    first, second = DOWN.splitlines()[:2]
    assert first == "#!/bin/sh"
    assert second == "# Fix plan of edgeproof, 2026-01-31T09:30:00+01:00. Nothing here has been run."


def test_grouped_by_node() -> None:
    """Each node with a failure has one part, and the others none."""
    assert sorted(line for line in DOWN.splitlines() if "=====" in line) == [
        "# ===== user-newworker =====",
        "# ===== user-worker =====",
    ]


def test_fix_stands_under_check_and_cause() -> None:
    """A fix of several lines is whole, under its check and cause."""
    lines = DOWN.splitlines()
    head = lines.index("# swap: nvzramconfig makes swap in compressed memory at each boot")
    assert lines[head + 1 : head + 3] == ["#   sudo systemctl disable --now nvzramconfig", "#   sudo reboot"]


def test_blocked_has_no_fix() -> None:
    """Only the cause is to be fixed, not what it blocks."""
    assert "sudo:" not in DOWN


def test_failure_without_fix() -> None:
    """A failure that nobody knows a fix for is there all the same."""
    assert "#   no known fix" in fix_plan(sample("several-outcomes"))


def test_nothing_to_fix() -> None:
    """A run without failures says so."""
    assert fix_plan(sample("healthy")).endswith("\n# Nothing to fix.\n")


def plan_of(*does: str) -> list[str]:
    """Give the lines of a plan with a fix for each of some kinds, all on one node."""
    findings = tuple(
        Finding("tests_node", "1 reach", f"check_{kind}", "user-worker", "failed", cause=f"cause of {kind}", fix=f"fix of {kind}", does=kind)
        for kind in does
    )  # fmt: skip
    record = RunRecord("2026-01-31T09:30:00+01:00", "cluster.yaml", ("user-worker",), findings=findings)
    return [line for line in fix_plan(record).splitlines() if line.startswith(("# ---", "#   "))]


def test_grouped_by_what_fixes_do() -> None:
    """Of a node, what only looks comes first and what deletes last, each part under its heading."""
    assert plan_of("deletes", "changes", "restarts", "reads") == [
        "# --- reads: looks only, and changes nothing",
        "#   fix of reads",
        "# --- changes: changes settings",
        "#   fix of changes",
        "# --- restarts: restarts services, pods or boards: what runs there stops for a while",
        "#   fix of restarts",
        "# --- deletes: WARNING: deletes, and what is deleted does not come back",
        "#   fix of deletes",
    ]


def test_a_fix_that_does_not_say_may_change_something() -> None:
    """A record that is older than `does` has its fixes among those that change."""
    assert plan_of("")[0] == "# --- changes: changes settings"
