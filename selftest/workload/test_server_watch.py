"""A job whose NFS server goes silent is given up, and no other."""

from __future__ import annotations

import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from edgeproof import limits
from edgeproof.errors import ApiForbidden, ServerLost
from edgeproof.inventory import Inventory, load_inventory
from edgeproof.trial.manifests import NFS_JOB, SYNTHETIC_JOB, manifest
from edgeproof.trial.namespace import OwnNamespace
from edgeproof.trial.pods import PodState
from edgeproof.workload.server_watch import ASK, ServerWatch, reads_from_claim

CLUSTER = """\
nodes:
  user-desktop: {address: 192.168.10.1, role: server}
  user-worker: {address: 192.168.10.2, role: agent}
storage: {server: user-desktop}
"""
POD = PodState("inference-nfs-0", "board", 0, "running", "")
ANSWERS, SILENT, UNKNOWN = ("answers\n", 0), ("silent\n", 0), ("no python3", 127)
FORBIDDEN = ApiForbidden("may not exec", status=403)


@pytest.fixture
def inventory(tmp_path: Path) -> Inventory:
    """A server that exports its images, and an agent."""
    file = tmp_path / "cluster.yaml"
    file.write_text(CLUSTER)
    return load_inventory(file)


@dataclass
class Api:
    """Plays pods in which commands run: gives one answer after the other."""

    answers: list[tuple[str, int] | ApiForbidden]
    asked: list[list[str]] = field(default_factory=list)

    def execute(self, _namespace: str, _pod: str, command: list[str]) -> tuple[str, int]:
        """Give the next answer."""
        self.asked.append(command)
        answer = self.answers[len(self.asked) - 1]
        if isinstance(answer, ApiForbidden):
            raise answer
        return answer


@dataclass
class Own:
    """As much of the run's namespace as is asked."""

    api: Api
    inventory: Inventory
    name: str = "edgeproof-1"
    nfs_has_answered: bool = False


def watch(inventory: Inventory, *answers: tuple[str, int] | ApiForbidden) -> Api:
    """Look as often as there are answers, a question apart; give what was asked."""
    api = Api(list(answers))
    server = ServerWatch(cast(OwnNamespace, Own(api, inventory)), "inference-nfs")
    for number in range(len(answers)):
        server.check([POD], number * limits.SERVER_ASKED_S)
    return api


def test_a_server_that_goes_silent(inventory: Inventory) -> None:
    """After two questions without an answer the job is given up, and the server is named."""
    with pytest.raises(ServerLost, match="the NFS server user-desktop answered before, and for 30 s"):
        watch(inventory, ANSWERS, SILENT, SILENT)


@pytest.mark.parametrize(
    "answers",
    [
        (SILENT, SILENT, SILENT, SILENT),
        (ANSWERS, SILENT, ANSWERS, SILENT, ANSWERS),
        (ANSWERS, UNKNOWN, UNKNOWN, UNKNOWN),
        (ANSWERS, FORBIDDEN, FORBIDDEN, FORBIDDEN),
    ],
    ids=["never answered from pods", "comes back each time", "cannot be asked", "may not be asked"],
)
def test_nothing_is_decided(inventory: Inventory, answers: tuple[Any, ...]) -> None:
    """No job is given up for a server that was never reached from pods, that comes back, or that cannot be asked about."""
    assert len(watch(inventory, *answers).asked) == len(answers)


def test_it_is_asked_now_and_then(inventory: Inventory) -> None:
    """Looks between two questions ask nothing, nor does one without a pod that works."""
    api = Api([ANSWERS])
    server = ServerWatch(cast(OwnNamespace, Own(api, inventory)), "inference-nfs")
    server.check([], 0.0)
    for waited_s in (1.0, 2.0, limits.SERVER_ASKED_S):
        server.check([POD], waited_s)
    assert [command[-3:-1] for command in api.asked] == [[inventory.nfs_address, "2049"]]


def test_which_jobs_read_from_it() -> None:
    """Workload II does, Workload I does not."""
    assert reads_from_claim(manifest(NFS_JOB))
    assert not reads_from_claim(manifest(SYNTHETIC_JOB))


@pytest.mark.parametrize(("listens", "told"), [(True, "answers"), (False, "silent")])
def test_the_question_itself(listens: bool, told: str) -> None:
    """A port that takes a connection, and one that does not."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        if listens:
            server.listen()
        command = [sys.executable, "-c", ASK, "127.0.0.1", str(server.getsockname()[1]), "5"]
        assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == told
