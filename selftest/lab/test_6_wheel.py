"""The wheel on the lab: its run records are the checkout's, less what is measured, times, paths and ids.

`make test` compares nodes and cluster, with this Python; `make test-all` the workloads too, with every Python found here,
and beside other people's plugins.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lab.access import inventory_path
from lab.lab import Lab
from selftest.lab.suite_run import SuiteRun, run_suite
from selftest.package.pythons import Environment
from selftest.package.runs import run, said

QUICK, ALL = ("node", "cluster"), ("node", "cluster", "workload")


@pytest.fixture(scope="module")
def commands(pytestconfig: pytest.Config) -> tuple[str, ...]:
    """Name the commands to compare."""
    return ALL if pytestconfig.getoption("every_python") else QUICK


@pytest.fixture(scope="module")
def checkout(lab: Lab, commands: tuple[str, ...]) -> SuiteRun:
    """The checkout's run of the same suites."""
    return run_suite(lab, *(f"tests_{command}" for command in commands))


def told(record: dict[str, Any]) -> dict[str, Any]:
    """Give what a record says of the cluster beside its findings: nodes, boards, what is simulated."""
    return {name: record[name] for name in ("schema", "nodes", "simulated", "platforms")}


def measured(record: dict[str, Any]) -> dict[str, list[str]]:
    """Name the values measured, by check."""
    return {check: sorted(values) for check, values in record["measurements"].items() if values}


def test_commands(
    installed: Environment, checkout: SuiteRun, commands: tuple[str, ...], lab: Lab, tmp_path: Path
) -> None:
    """`edgeproof node`, `cluster` and `workload` in an empty folder find what the checkout finds, in the same words."""
    options = [f"--inventory={inventory_path(lab)}", "--run-record=run.json"]
    runs = [run([installed.bin / "edgeproof", command, *options], tmp_path / command) for command in commands]
    for done in runs:
        assert (done.status, told(done.record)) == (0, told(checkout.record)), done.text
    findings = [finding for done in runs for finding in done.record["findings"]]
    assert said({"findings": findings}) == said(checkout.record)
    assert {check: names for done in runs for check, names in measured(done.record).items()} == measured(
        checkout.record
    )


def test_pyargs_beside_plugins(
    request: pytest.FixtureRequest, checkout: SuiteRun, commands: tuple[str, ...], lab: Lab, tmp_path: Path
) -> None:
    """`pytest --pyargs` from another rootdir, beside pytest-ansible, -html, -randomly and -json-ctrf: the same again."""
    if commands == QUICK:
        pytest.skip("make test-all runs it")
    beside_plugins: Environment = request.getfixturevalue("beside_plugins")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    words = [f"--rootdir={elsewhere}", f"--edgeproof-inventory={inventory_path(lab)}", "--run-record=run.json"]
    reports = ["--html=report.html", "--ctrf=ctrf.json"]
    done = run([beside_plugins.bin / "pytest", "--pyargs", "edgeproof.suites", *words, *reports], tmp_path / "here")
    assert (done.status, told(done.record), said(done.record), measured(done.record)) == (
        0, told(checkout.record), said(checkout.record), measured(checkout.record)
    ), done.text  # fmt: skip
