"""A run that cannot begin is one clear message and exit status 4."""

from __future__ import annotations

from pathlib import Path

import pytest

from selftest.plugin.pytest_run import CHECKOUT, PytestRun, run_pytest

SAMPLES = "selftest/samples/inventory"


def complaint(run: PytestRun) -> str:
    """Give the message of a run that must end with a usage error and nothing else."""
    assert (run.status, run.stdout.strip()) == (4, "")
    lines = run.stderr.strip().splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("ERROR: ")
    assert lines[1].startswith("fix: ")
    return run.stderr.strip()


def test_no_inventory(tmp_path: Path) -> None:
    """Without any, the places looked at are named, and the example to start from."""
    said = complaint(run_pytest(tmp_path, str(CHECKOUT / "tests_node"), cwd=tmp_path))
    assert (
        "no inventory: there is no cluster.yaml here, and neither --edgeproof-inventory=FILE nor $EDGEPROOF_INVENTORY"
        in said
    )
    assert "python -m edgeproof example > cluster.yaml" in said


def test_missing_file(tmp_path: Path) -> None:
    """A file that is not there is named."""
    said = complaint(run_pytest(tmp_path, "tests_node", "--inventory", str(tmp_path / "nowhere.yaml")))
    assert f"{tmp_path / 'nowhere.yaml'}: no such file" in said


@pytest.mark.parametrize(
    ("name", "line", "words"),
    [
        ("not-yaml", 3, "not YAML"),
        ("unknown-key", 3, "netwrok: unknown key; did you mean network?"),
        ("duplicate-address", 3, "user-worker and user-desktop have the same address 192.168.10.1"),
        ("unknown-role", 3, "nodes.user-worker.role: Input should be 'server', 'agent' or 'both' (here: 'wroker')"),
    ],
)
def test_wrong_file(tmp_path: Path, name: str, line: int, words: str) -> None:
    """A wrong inventory: the file, the line and what is wrong there."""
    said = complaint(run_pytest(tmp_path, "tests_node", "--inventory", f"{SAMPLES}/{name}.yaml"))
    assert f"{SAMPLES}/{name}.yaml:{line}: " in said
    assert words in said


def test_environment_names_it(tmp_path: Path) -> None:
    """$EDGEPROOF_INVENTORY counts where --inventory is not given."""
    said = complaint(run_pytest(tmp_path, "tests_node", EDGEPROOF_INVENTORY=f"{SAMPLES}/empty.yaml"))
    assert "empty.yaml: contains no mapping" in said


def test_under_xdist(tmp_path: Path) -> None:
    """With -n the message is the same, and said once."""
    said = complaint(run_pytest(tmp_path, "tests_node", "-n", "2", "--inventory", f"{SAMPLES}/empty.yaml"))
    assert "empty.yaml: contains no mapping" in said


def test_nothing_is_left(tmp_path: Path) -> None:
    """A run that cannot begin leaves no file behind."""
    run_pytest(tmp_path, "tests_node", "--inventory", f"{SAMPLES}/empty.yaml")
    assert [file.name for file in tmp_path.rglob("*")] == ["tmp"]


@pytest.mark.parametrize("option", ["--fix-plan", "--run-record"])
def test_file_that_cannot_be_written(down: Path, tmp_path: Path, option: str) -> None:
    """A place that cannot be written, here a folder, is told before the run, not after it."""
    run = run_pytest(tmp_path, "tests_node", "--inventory", str(down), option, str(tmp_path))
    assert f"{option.replace('--', '--edgeproof-')} {tmp_path}: cannot be written: Is a directory" in complaint(run)
