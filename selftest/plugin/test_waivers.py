"""Waivers (accept: in cluster.yaml): what they make of a finding, and of a run."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from edgeproof.inventory import Waiver
from edgeproof.plugin.waivers import judged
from edgeproof.report import Finding
from edgeproof.report.finding import Outcome
from selftest.plugin.pytest_run import PytestRun, run_pytest

TODAY = date.today()


def waiver(until: date | None = None) -> Waiver:
    """Make a waiver of swap on user-worker."""
    return Waiver(check="swap", nodes=("user-worker",), reason="its models need zram", until=until)


def finding(outcome: Outcome, why: str = "") -> Finding:
    """Make a finding of swap on user-worker."""
    return Finding("tests_node", "4 system", "swap", "user-worker", outcome, why=why)


@pytest.mark.parametrize("until", [None, TODAY, TODAY + timedelta(days=1)])
def test_a_failure_is_accepted(until: date | None) -> None:
    """A failure is accepted up to the waiver's last day, with its reason."""
    made = judged(finding("failed"), waiver(until))
    assert made.outcome == "accepted"
    assert made.accepted.startswith("its models need zram")


def test_an_ended_waiver_fails() -> None:
    """After its last day the failure is one, and says that it was accepted."""
    made = judged(finding("failed", "seen"), waiver(TODAY - timedelta(days=1)))
    assert made.outcome == "failed"
    assert made.why == f"seen\ncluster.yaml accepted it until {TODAY - timedelta(days=1)}: its models need zram"


@pytest.mark.parametrize("until", [None, TODAY - timedelta(days=1)])
def test_a_waiver_of_what_passes_fails(until: date | None) -> None:
    """A check that passed needs no waiver, ended or not: that is a failure, and the fix is to take it out."""
    made = judged(finding("passed"), waiver(until))
    assert made.outcome == "failed"
    assert made.fix == "remove swap of user-worker from accept: in cluster.yaml"


@pytest.mark.parametrize("outcome", ["blocked", "skipped"])
def test_what_was_not_judged_stays(outcome: Outcome) -> None:
    """A waiver says nothing of a check that was blocked or is not applicable."""
    assert judged(finding(outcome), waiver(TODAY - timedelta(days=1))).outcome == outcome


def accepting(down: Path, folder: Path, text: str) -> Path:
    """Write the inventory of nodes that are down, with `accept:`."""
    file = folder / "cluster.yaml"
    file.write_text(f"{down.read_text()}accept: {text}\n")
    return file


@pytest.fixture
def run(down: Path, tmp_path: Path) -> PytestRun:
    """A run whose only failures are accepted."""
    file = accepting(
        down, tmp_path, "[{check: ssh, nodes: [user-desktop, user-worker], reason: both are being flashed}]"
    )
    return run_pytest(
        tmp_path, "tests_node", "-k", "ssh", f"--inventory={file}", f"--run-record={tmp_path / 'run.json'}"
    )


def test_a_run_with_accepted_failures_passes(run: PytestRun) -> None:
    """Accepted failures do not turn the exit status, and are counted apart, with their reason."""
    assert run.status == 0
    assert run.ended("user-worker", "accepted") == {"ssh"}
    assert "verdict: 2 accepted" in run.stdout
    assert "2 accepted in" in run.stdout
    assert "  reason  both are being flashed\n" in run.stdout


def test_other_failures_still_count(down: Path, tmp_path: Path) -> None:
    """A waiver of one node is none of another."""
    file = accepting(down, tmp_path, "[{check: ssh, nodes: [user-desktop], reason: it is being flashed}]")
    run = run_pytest(tmp_path, "tests_node", "-k", "ssh", f"--inventory={file}")
    assert run.status == 1
    assert "verdict: 1 failed, 1 accepted" in run.stdout


def test_an_unknown_check_is_refused(down: Path, tmp_path: Path) -> None:
    """A waiver of a check that there is not is an error that names the nearest one."""
    file = accepting(down, tmp_path, "[{check: swpa, nodes: [user-desktop], reason: none}]")
    run = run_pytest(tmp_path, "tests_node", f"--inventory={file}")
    assert run.status == 4
    assert "there is no check swpa; did you mean swap?" in run.text
