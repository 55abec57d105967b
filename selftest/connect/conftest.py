"""A board on loopback, and an inventory that names it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import paramiko
import pytest

from edgeproof import limits
from edgeproof.inventory import Inventory
from selftest.connect.loopback_board import LoopbackBoard

InventoryFor = Callable[..., Inventory]


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No key, agent, kubeconfig or proxy of whoever runs this takes part."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("SSH_AUTH_SOCK", "KUBECONFIG", "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def short_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait a second for a node or the API, not ten."""
    monkeypatch.setattr(limits, "SSH_CONNECT_S", 1.0)
    monkeypatch.setattr(limits, "API_CALL_S", 1.0)


@pytest.fixture
def user_key(tmp_path: Path) -> paramiko.PKey:
    """The user's key, in ~/.ssh as id_ecdsa."""
    key = paramiko.ECDSAKey.generate()
    (tmp_path / ".ssh").mkdir()
    key.write_private_key_file(str(tmp_path / ".ssh" / "id_ecdsa"))
    return key


@pytest.fixture
def board(user_key: paramiko.PKey) -> Iterator[LoopbackBoard]:
    """A board that lets the user's key in."""
    with LoopbackBoard(user_key) as board:
        yield board


@pytest.fixture
def inventory_for(tmp_path: Path) -> InventoryFor:
    """Make an inventory of one node on a port of loopback; keywords go under `ssh:`."""

    def make(port: int, **ssh: Any) -> Inventory:
        folder = tmp_path / ".ssh"
        folder.mkdir(exist_ok=True)
        (folder / "config").touch()
        places = {"config": folder / "config", "known_hosts": folder / "known_hosts"}
        node = {"address": "127.0.0.1", "role": "server", "port": port}
        data = {"nodes": {"user-desktop": node}, "ssh": {**places, **ssh}, "network": {"gateway": "127.0.0.9"}}
        return Inventory.model_validate(data)

    return make


@pytest.fixture
def known(board: LoopbackBoard, inventory_for: InventoryFor) -> Inventory:
    """An inventory of the board, whose host key is known."""
    inventory = inventory_for(board.port)
    inventory.ssh.known_hosts.write_text(board.known_line)
    return inventory
