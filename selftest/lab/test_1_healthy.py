"""The healthy lab: everything passes, in any order of nodes, with and without xdist, time after time."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from lab.access import inventory_path
from lab.lab import Lab
from selftest.lab.suite_run import SuiteRun, left, run_suite


def assert_whole(run: SuiteRun) -> None:
    """Nothing failed, nothing was blocked, and something was checked."""
    assert run.ended("failed") == set(), run.text
    assert run.ended("blocked") == set(), run.text
    assert run.ended("passed") != set(), run.text
    assert run.status == 0, run.text


@pytest.mark.parametrize("time", [1, 2, 3])
def test_both_suites_pass(lab: Lab, time: int) -> None:
    """Nodes and cluster pass, three times in a row."""
    assert_whole(run_suite(lab, "tests_node", "tests_cluster"))


def test_the_marker_selects_the_suite(lab: Lab) -> None:
    """`pytest -m cluster` runs tests_cluster, all of it and nothing else."""
    run = run_suite(lab, "-m", "cluster")
    assert {finding["suite"] for finding in run.record["findings"]} == {"tests_cluster"}
    assert_whole(run)


def test_both_suites_pass_under_xdist(lab: Lab) -> None:
    """The same with two workers."""
    assert_whole(run_suite(lab, "tests_node", "tests_cluster", "-n", "2"))


def test_the_order_of_nodes_does_not_matter(lab: Lab, tmp_path: Path) -> None:
    """The inventory may name agents first."""
    inventory = yaml.safe_load(inventory_path(lab).read_text())
    inventory["nodes"] = dict(reversed(inventory["nodes"].items()))
    turned = tmp_path / "cluster.yaml"
    turned.write_text(yaml.safe_dump(inventory, sort_keys=False))
    assert_whole(run_suite(lab, "tests_node", "tests_cluster", inventory=turned))


def test_the_lab_says_that_it_is_simulated(lab: Lab) -> None:
    """What is a stand-in is named in the record and in the head of the matrix."""
    run = run_suite(lab, "tests_node", "-k", "devices or hostname")
    assert any("GPU" in what for what in run.record["simulated"])
    assert "simulated: " in run.text


def test_nothing_is_left_in_the_cluster(lab: Lab) -> None:
    """After all these runs there is no namespace and no volume of theirs."""
    assert left(lab) == []
