"""A run against nodes that refuse every connection: one check fails on each, the others are blocked by it."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from selftest.plugin.pytest_run import CHECKOUT, PytestRun, run_pytest

NODES = ("user-desktop", "user-worker")
CHECKS = {
    item.name.removeprefix("test_")
    for file in (CHECKOUT / "tests_node").glob("test_*.py")
    for item in ast.parse(file.read_text(encoding="utf-8")).body
    if isinstance(item, ast.FunctionDef)
}
OF_ALL = {"client_clock"}
"""Checks of all nodes together."""

OF_AGENTS = {"nfs_client", "api_port", "nfs_port"}
"""Checks that servers have not."""

SKIPPED = {"containerd"}
"""Checks that do not apply to a cluster on Docker."""

REASON = "refuses connections: the board is up, but its SSH server is not running"


@pytest.mark.parametrize("node", NODES)
def test_one_check_fails(run: PytestRun, node: str) -> None:
    """On each node exactly the check of SSH fails."""
    assert run.ended(node, "failed") == {"ssh"}


@pytest.mark.parametrize("node", NODES)
def test_all_others_are_blocked(run: PytestRun, node: str) -> None:
    """On each node all other checks are blocked: none passes, none is skipped but what cluster.yaml alone decides."""
    agents_only = OF_AGENTS if node == "user-desktop" else set()
    assert run.ended(node, "blocked") == CHECKS - {"ssh"} - agents_only - OF_ALL - SKIPPED
    assert run.ended(node, "skipped") == SKIPPED
    assert run.ended("cluster", "blocked") == OF_ALL


def test_blocked_say_why(run: PytestRun) -> None:
    """Each blocked check carries the connection's own error, of its own node; one of all nodes says that none answered."""
    blocked = [finding for finding in run.record["findings"] if finding["outcome"] == "blocked"]
    of_all = [blocked.pop(place) for place in reversed(range(len(blocked))) if blocked[place]["node"] == "cluster"]
    assert [f["why"] for f in of_all] == [f"no node's time is known ({', '.join(NODES)}; see the check ssh)"]
    assert [f for f in blocked if not (f["why"].startswith(f"SSH: {f['node']}: ") and f["why"].endswith(REASON))] == []


def test_exit_status(run: PytestRun) -> None:
    """The run has failed."""
    assert run.status == 1


def test_blocked_alone_fail_a_run(down: Path, tmp_path: Path) -> None:
    """A run in which nothing failed but something was blocked has not passed."""
    run = run_pytest(tmp_path, "tests_node", "-k", "swap", "--inventory", str(down))
    assert "2 blocked" in run.stdout
    assert run.status == 1


def test_matrix(run: PytestRun) -> None:
    """The matrix has a letter for each check and node."""
    rows = [[cell.strip() for cell in line.split("│")] for line in run.stdout.splitlines() if "│" in line]
    letters = {row[1]: row[2:] for row in rows}
    assert letters.pop("ssh") == ["F", "F", ""]
    assert [letters.pop(check) for check in OF_AGENTS] == [["", "B", ""]] * len(OF_AGENTS)
    assert letters.pop("client_clock") == ["", "", "B"]
    assert {check: letters.pop(check) for check in SKIPPED} == {check: ["–", "–", ""] for check in SKIPPED}
    assert letters == {check: ["B", "B", ""] for check in CHECKS - {"ssh"} - OF_AGENTS - OF_ALL - SKIPPED}


def test_no_traceback(run: PytestRun) -> None:
    """A node that is down is news, not a fault of the suite."""
    assert "Traceback" not in run.text
    assert "edgeproof itself" not in run.text


def test_record(run: PytestRun, down: Path) -> None:
    """The record names its schema, the inventory and the nodes in its order."""
    assert run.record["schema"] == "edgeproof.run/1"
    assert run.record["inventory"] == str(down)
    assert run.record["nodes"] == list(NODES)


def test_fix_plan(run: PytestRun) -> None:
    """The fix plan is written, its place told, and the fix commented out."""
    assert f"fix plan, for a person to review: {run.folder / 'fix.sh'}" in run.stdout
    plan = (run.folder / "fix.sh").read_text(encoding="utf-8").splitlines()
    assert plan.count("#   on its console: sudo systemctl enable --now ssh") == 2
    assert [line for line in plan if line and not line.startswith("#")] == []


def test_junit(run: PytestRun) -> None:
    """JUnit counts the blocked as skipped, each with its reason, beside those that do not apply."""
    suite = ElementTree.parse(run.folder / "junit.xml").getroot()[0]
    skipped = [element.get("message", "") for element in suite.iter("skipped")]
    blocked = [finding for finding in run.record["findings"] if finding["outcome"] == "blocked"]
    told = [said for said in skipped if said.startswith("blocked: ")]
    assert (suite.get("failures"), suite.get("errors")) == ("2", "0")
    assert (len(told), len(skipped)) == (len(blocked), len(blocked) + len(NODES) * len(SKIPPED))
    said_by_ssh = [said for said in told if said.startswith("blocked: SSH: ") and said.endswith(REASON)]
    assert len(told) - len(said_by_ssh) == len(OF_ALL)


def test_nothing_is_left(run: PytestRun) -> None:
    """Beside what was asked for, the run leaves no file."""
    left = {str(file.relative_to(run.folder)) for file in run.folder.rglob("*")}
    assert left == {"tmp", "run.json", "fix.sh", "junit.xml"}


def test_same_under_xdist(run: PytestRun, down: Path, tmp_path: Path) -> None:
    """Two processes find what one finds."""
    arguments = ["--inventory", str(down), "--run-record", str(tmp_path / "run.json"), "-n", "2"]
    spread = run_pytest(tmp_path, "tests_node", *arguments)
    assert spread.findings() == run.findings()
    assert spread.status == run.status


def test_one_process_changes_the_cluster(down: Path, tmp_path: Path) -> None:
    """Under xdist the checks of tests_cluster and tests_workload are all in one process."""
    suites = ("tests_node", "tests_cluster", "tests_workload")
    run = run_pytest(tmp_path, *suites, f"--inventory={down}", "-n", "2", "-v", "--tb=no")
    seen = re.findall(r"^\[(gw\d)\] \[ *\d+%\] \w+ (tests_\w+)/", run.stdout, re.M)
    assert {suite for _, suite in seen} == set(suites)
    assert len({process for process, suite in seen if suite != "tests_node"}) == 1


def test_cluster_that_nobody_reaches(down: Path, tmp_path: Path) -> None:
    """Without a kubeconfig the check of the API fails, and no other: what needs the cluster is blocked."""
    files = ["--run-record", str(tmp_path / "run.json"), "--kubeconfig", str(tmp_path / "nowhere")]
    run = run_pytest(tmp_path, "tests_cluster", "tests_workload", "--inventory", str(down), *files)
    passed = {check for node in (*NODES, "cluster") for check in run.ended(node, "passed")}
    assert [run.ended(node, "failed") for node in (*NODES, "cluster")] == [set(), set(), {"api"}]
    assert passed == set()


def test_terminal_without_unicode(down: Path, tmp_path: Path) -> None:
    """A terminal in an old encoding gets the matrix too, less what it cannot show."""
    run = run_pytest(
        tmp_path, "tests_node", "-k", "ssh", "--inventory", str(down), PYTHONIOENCODING="latin-1", PYTHONUTF8="0"
    )
    assert "Traceback" not in run.text
    assert "verdict: 2 failed" in run.stdout


def test_cluster_of_one(tmp_path: Path) -> None:
    """Without agents, what judges agents is not applicable, to the cluster."""
    file = tmp_path / "cluster.yaml"
    file.write_text("nodes: {user-desktop: {address: 127.0.0.1, role: server}}\nnetwork: {gateway: 127.0.0.9}\n")
    record = ["--inventory", str(file), "--run-record", str(tmp_path / "run.json")]
    run = run_pytest(tmp_path, "tests_node", "-k", "nfs_client", *record)
    assert run.ended("cluster", "skipped") == {"nfs_client"}
