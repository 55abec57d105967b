"""A run of tests_node against a cluster whose nodes refuse every connection."""

from __future__ import annotations

from pathlib import Path

import pytest

from selftest.plugin.pytest_run import PytestRun, run_pytest


@pytest.fixture(scope="session")
def run(down: Path, tmp_path_factory: pytest.TempPathFactory) -> PytestRun:
    """One run of tests_node that writes all it can write."""
    folder = tmp_path_factory.mktemp("run")
    wanted = {"--run-record": "run.json", "--fix-plan": "fix.sh", "--junitxml": "junit.xml"}
    options = [part for option, name in wanted.items() for part in (option, str(folder / name))]
    return run_pytest(folder, "tests_node", "--inventory", str(down), *options)
