"""The suite that reboots nodes runs only where nodes are named."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from selftest.plugin.pytest_run import CHECKOUT, run_program, run_pytest


def test_named_without_a_node(tmp_path: Path, down: Path) -> None:
    """Whoever names the suite alone is told what it does; so with `edgeproof reboot`'s own options."""
    run = run_pytest(tmp_path, "tests_reboot", f"--inventory={down}")
    assert run.status == pytest.ExitCode.USAGE_ERROR
    assert "none was named, so none is rebooted" in run.text
    assert "edgeproof reboot" in run.text


def test_from_a_folder_above(tmp_path: Path, down: Path) -> None:
    """A run that collects whatever lies in the checkout leaves it out, as plain pytest does."""
    for words in ((".",), ()):
        run = run_pytest(tmp_path, *words, "--ignore=selftest", "--collect-only", "-q", f"--inventory={down}")
        assert "tests_node/test_1_reach.py" in run.text
        assert "tests_reboot" not in run.text


def test_of_the_nodes_that_are_named(tmp_path: Path, down: Path) -> None:
    """Each check is there for each node that is to be rebooted, the server last, and for no other."""
    words = ("tests_reboot", f"--inventory={down}", "--collect-only", "-q", "-k", "test_back")
    one = run_pytest(tmp_path, *words, "--edgeproof-reboot=user-worker")
    assert "test_back[user-worker]" in one.text
    assert "user-desktop" not in one.text
    every = run_pytest(tmp_path, *words, "--reboot=all").text
    assert every.index("test_back[user-worker]") < every.index("test_back[user-desktop]")


def test_no_such_node(tmp_path: Path, down: Path) -> None:
    """A wrong name is one sentence, before anything is done."""
    run = run_pytest(tmp_path, "tests_reboot", f"--inventory={down}", "--edgeproof-reboot=user-wroker")
    assert run.status == pytest.ExitCode.USAGE_ERROR
    assert "did you mean user-worker?" in run.text


def test_nodes_that_cannot_be_reached(tmp_path: Path, down: Path) -> None:
    """They are not rebooted: every check is blocked, and says why."""
    record = f"--run-record={tmp_path / 'run.json'}"
    run = run_pytest(
        tmp_path, "tests_reboot", f"--inventory={down}", "--edgeproof-reboot=all", "--despite-pods", record
    )
    assert run.status == pytest.ExitCode.TESTS_FAILED
    assert {(node, outcome) for node, _, outcome, _ in run.findings()} == {
        ("user-worker", "blocked"), ("user-desktop", "blocked"),
    }  # fmt: skip
    assert all("refuse" in why for _, _, _, why in run.findings()), run.text


def test_the_command_asks(tmp_path: Path, down: Path) -> None:
    """Without a terminal and without --yes nothing is done; the plan is said, agents first."""
    command = [sys.executable, "-m", "edgeproof", "reboot", "--inventory", str(down)]
    done = run_program(command, tmp_path, CHECKOUT, {})
    assert done.status == pytest.ExitCode.USAGE_ERROR
    assert "nothing was rebooted; with --yes it would reboot user-worker, then user-desktop, each when" in done.text
