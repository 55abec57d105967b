"""The selftests' own options, a cluster whose nodes refuse every connection, and the wheel in environments of its own."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from edgeproof.plugin.together import scheduler
from lab.lab import RUNTIMES, WAYS
from selftest.package.pythons import THIS_VERSION, VERSIONS, Environment, build_wheel, environment, find_python
from selftest.worker.beds.all_beds import BEDS, TODAY

TOGETHER = ("house", "lab", "package", "worker")
"""Folders of selftests that make something dear once."""

INVENTORY = """nodes:
  user-desktop: {{address: 127.0.0.1, role: server, port: {port}}}
  user-worker: {{address: 127.0.0.2, role: agent, port: {port}}}
network: {{offline: true, gateway: 127.0.0.9}}
"""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what `make test-all` gives."""
    parser.addoption(
        "--every-python",
        action="store_true",
        help="try the wheel with every Python found here, not with this one alone",
    )
    parser.addoption(
        "--all-cases",
        action="store_true",
        help="play every replayed case, also those that tell nothing that another does not",
    )
    parser.addoption(
        "--old-image",
        action="store_true",
        help="build the worker's image on a base with torch 1.10, and run the workloads with it on the lab",
    )
    parser.addoption(
        "--every-right",
        action="store_true",
        help="take every right of manifests/rbac.yaml away once on the lab, not a few, and run the workloads by it, too",
    )
    parser.addoption(
        "--resume",
        action="store_true",
        help="put into the lab only faults that have not passed with this code yet, and write down those that pass",
    )
    parser.addoption(
        "--lab-runtime",
        choices=RUNTIMES,
        default=RUNTIMES[0],
        help="on which lab the selftests of the lab run: Kubernetes 1.23 on Docker, or 1.34 on containerd",
    )
    parser.addoption(
        "--lab-gpu",
        choices=WAYS,
        default=WAYS[0],
        help="how pods get the GPU in the lab on containerd: a lab of its own where that is not by the default runtime",
    )
    parser.addoption(
        "--worker-bed",
        choices=list(BEDS),
        default=TODAY,
        help="what the worker's selftests start it with: today's torch, the oldest software that this machine runs (old), …",
    )


@pytest.fixture(scope="session")
def down(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The inventory of a server and an agent on loopback, at a port that is taken and that nobody listens on."""
    with socket.socket() as bound:
        bound.bind(("", 0))
        file = tmp_path_factory.mktemp("down") / "cluster.yaml"
        file.write_text(INVENTORY.format(port=bound.getsockname()[1]))
        yield file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep together, in one of two processes (`-n 2`), what shares a lab, weights or environments; another bed's tests by file."""
    is_old = config.getoption("worker_bed") != TODAY

    def group_of(file: PurePosixPath) -> str | None:
        folder = file.parent.name
        return (str(file) if is_old and folder == "worker" else folder) if folder in TOGETHER else None

    return scheduler(config, log, group_of)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one item for each Python to try."""
    if "installed" in metafunc.fixturenames:
        versions = VERSIONS if metafunc.config.getoption("every_python") else (THIS_VERSION,)
        metafunc.parametrize("installed", versions, indirect=True, scope="session")


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkout's wheel."""
    return build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def installed(request: pytest.FixtureRequest, wheel: Path) -> Environment:
    """An environment of one Python with the wheel and what it needs, and nothing else."""
    python = find_python(request.param)
    if python is None:
        pytest.skip(f"no Python {request.param} here")
    return environment(python, "suite.txt", wheel)


@pytest.fixture(scope="session")
def beside_plugins(wheel: Path) -> Environment:
    """An environment of this Python with the wheel and other people's plugins."""
    python = find_python(THIS_VERSION)
    assert python is not None
    return environment(python, "plugins.txt", wheel)
