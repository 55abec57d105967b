"""Keys that a real ssh-agent holds, by whichever name its socket is given."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import paramiko
import pytest

from edgeproof.connect.ssh import open_node
from edgeproof.errors import KeyRefused
from edgeproof.inventory import Inventory
from selftest.connect.loopback_board import LoopbackBoard


@pytest.fixture
def agent(known: Inventory, tmp_path: Path) -> Iterator[Path]:
    """An agent that holds the user's key, which is no longer in ~/.ssh; its socket."""
    place, key = tmp_path / "agent", known.ssh.known_hosts.with_name("id_ecdsa")
    process = subprocess.Popen(["ssh-agent", "-D", "-a", str(place)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()  # it prints its socket's name once it listens
    environment = {**os.environ, "SSH_AUTH_SOCK": str(place)}
    subprocess.run(["ssh-add", "-q", str(key)], env=environment, check=True, capture_output=True)
    public = subprocess.run(["ssh-add", "-L"], env=environment, check=True, capture_output=True, text=True).stdout
    (tmp_path / "board.pub").write_text(public)
    key.unlink()
    yield place
    process.terminate()
    process.wait()
    process.stdout.close()


def test_named_by_the_environment(
    known: Inventory, board: LoopbackBoard, agent: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The agent of $SSH_AUTH_SOCK opens the door."""
    monkeypatch.setenv("SSH_AUTH_SOCK", str(agent))
    open_node(known, known.server).close()


@pytest.mark.parametrize("form", ["{}", "$OWN_AGENT"])
def test_named_by_the_configuration(known: Inventory, agent: Path, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An IdentityAgent opens it, named as a file or by a variable."""
    monkeypatch.setenv("OWN_AGENT", str(agent))
    known.ssh.config.write_text(f"Host *\n IdentityAgent {form.format(agent)}\n")
    open_node(known, known.server).close()


def test_none(known: Inventory, agent: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """IdentityAgent none means none."""
    monkeypatch.setenv("SSH_AUTH_SOCK", str(agent))
    known.ssh.config.write_text("Host *\n IdentityAgent none\n")
    with pytest.raises(KeyRefused, match="no key at all"):
        open_node(known, known.server)


@pytest.mark.parametrize(("file", "opens"), [("board", True), ("other", False)])
def test_identities_only(
    known: Inventory, agent: Path, tmp_path: Path, file: str, opens: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With IdentitiesOnly the agent's keys are offered where the configuration names their public half, and no others."""
    monkeypatch.setenv("SSH_AUTH_SOCK", str(agent))
    known.ssh.config.write_text(f"Host *\n IdentitiesOnly yes\n IdentityFile {tmp_path}/{file}\n")
    if opens:
        open_node(known, known.server).close()
    else:
        with pytest.raises(KeyRefused, match="no key at all"):
            open_node(known, known.server)


def test_agent_that_is_gone(known: Inventory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A socket without an agent holds no keys, and is no error: other keys are offered."""
    monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "gone"))
    assert isinstance(open_node(known, known.server)._transport, paramiko.Transport)
