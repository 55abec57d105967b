"""A cluster whose nodes refuse every connection, and runs of tests_node against it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from selftest.plugin.pytest_run import PytestRun, run_pytest

INVENTORY = """nodes:
  user-desktop: {{address: 127.0.0.1, role: server, port: {port}}}
  user-worker: {{address: 127.0.0.2, role: agent, port: {port}}}
network: {{offline: true}}
"""


@pytest.fixture(scope="session")
def down(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The inventory of a server and an agent on loopback, at a port that is taken and that nobody listens on."""
    with socket.socket() as bound:
        bound.bind(("", 0))
        file = tmp_path_factory.mktemp("down") / "cluster.yaml"
        file.write_text(INVENTORY.format(port=bound.getsockname()[1]))
        yield file


@pytest.fixture(scope="session")
def run(down: Path, tmp_path_factory: pytest.TempPathFactory) -> PytestRun:
    """One run of tests_node that writes all it can write."""
    folder = tmp_path_factory.mktemp("run")
    wanted = {"--run-record": "run.json", "--fix-plan": "fix.sh", "--junitxml": "junit.xml"}
    options = [part for option, name in wanted.items() for part in (option, str(folder / name))]
    return run_pytest(folder, "tests_node", "--inventory", str(down), *options)
