"""pytest's own flags keep their meaning in a run of the suites."""

from __future__ import annotations

from pathlib import Path

import pytest

from selftest.plugin.pytest_run import CHECKOUT, PytestRun, run_pytest


def run_ssh(down: Path, folder: Path, *words: str, cwd: Path = CHECKOUT) -> PytestRun:
    """Run the one check that fails on both nodes."""
    record = f"--run-record={folder / 'run.json'}"
    return run_pytest(folder, str(CHECKOUT / "tests_node"), "-k", "ssh", f"--inventory={down}", record, *words, cwd=cwd)


def test_the_matrix_speaks_alone(down: Path, tmp_path: Path) -> None:
    """Without a flag, what failed is said once: in the matrix."""
    run = run_ssh(down, tmp_path)
    assert "short test summary info" not in run.stdout
    assert "= FAILURES =" not in run.stdout


@pytest.mark.parametrize("words", [["-ra"], ["-rfE"], ["-vra"]])
def test_summary_if_asked(down: Path, tmp_path: Path, words: list[str]) -> None:
    """`-r` brings pytest's short summary, whatever its letters."""
    run = run_ssh(down, tmp_path, *words)
    assert "short test summary info" in run.stdout
    assert "FAILED tests_node/test_1_reach.py::test_ssh[user-desktop]" in run.stdout


@pytest.mark.parametrize("style", ["short", "auto", "long"])
def test_tracebacks_if_asked(down: Path, tmp_path: Path, style: str) -> None:
    """`--tb` brings pytest's own section, `auto` too."""
    assert "= FAILURES =" in run_ssh(down, tmp_path, f"--tb={style}").stdout


def test_environment_counts(down: Path, tmp_path: Path) -> None:
    """What $PYTEST_ADDOPTS asks for is asked for."""
    words = ("-k", "ssh", f"--inventory={down}")
    run = run_pytest(tmp_path, "tests_node", *words, PYTEST_ADDOPTS="--tb=auto")
    assert "= FAILURES =" in run.stdout


def test_plain_assertions_still_say_something(down: Path, tmp_path: Path) -> None:
    """Without pytest's rewriting a failure shows the check's own line, with cause and fix."""
    run = run_ssh(down, tmp_path, "--assert=plain")
    whys = {finding["why"] for finding in run.record["findings"]}
    assert whys == {'this does not hold: assert node.reach.error == ""'}
    assert all(finding["fix"] for finding in run.record["findings"])


def test_from_another_folder(down: Path, tmp_path: Path) -> None:
    """From elsewhere, with that folder as rootdir, the checkout's suite is a suite."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    run = run_ssh(down, tmp_path, f"--rootdir={elsewhere}", cwd=elsewhere)
    assert run.ended("user-worker", "failed") == {"ssh"}
    assert "run it from its suite's folder" not in run.text


def test_another_ini_file(down: Path, tmp_path: Path) -> None:
    """Under an ini file that registers no marker, strictly, the suite's markers are known."""
    ini = tmp_path / "other.ini"
    ini.write_text("[pytest]\naddopts = --strict-markers\n")
    run = run_ssh(down, tmp_path, "-c", str(ini), "-m", "node")
    assert run.ended("user-worker", "failed") == {"ssh"}, run.text


def test_workloads_keep_their_order(down: Path, tmp_path: Path) -> None:
    """Whatever shuffles items, tests_workload stays as it is written; other suites are shuffled."""
    tmp_path.joinpath("shuffler.py").write_text("def pytest_collection_modifyitems(items):\n    items.reverse()\n")
    words = ("tests_node", "tests_workload", "--collect-only", "-q", f"--inventory={down}")
    plain = run_pytest(tmp_path, *words).stdout.splitlines()
    turned = run_pytest(tmp_path, *words, "-p", "shuffler", PYTHONPATH=str(tmp_path)).stdout.splitlines()
    for suite, order in (("tests_node/", -1), ("tests_workload/", 1)):
        collected = [line for line in plain if line.startswith(suite)]
        assert collected[::order] == [line for line in turned if line.startswith(suite)]
        assert collected


def test_no_warning_of_ours(down: Path, tmp_path: Path) -> None:
    """Where every warning is an error, a run is as ever."""
    run = run_ssh(down, tmp_path, "-W", "error")
    assert run.ended("user-worker", "failed") == {"ssh"}, run.text
    assert "warning" not in run.stdout.splitlines()[-1]
