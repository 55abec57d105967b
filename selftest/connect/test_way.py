"""Ways that are not straight, made by the real ssh program: jump hosts, chains of them, ProxyCommand, and how they fail."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import paramiko
import pytest

from edgeproof.connect.ssh import open_node
from edgeproof.connect.way import Hop, parse_hops
from edgeproof.errors import ConnectError, HostKeyUnknown, NodeUnreachable, WayFailed
from edgeproof.inventory import Inventory
from selftest.connect.loopback_board import LoopbackBoard

FAR = "192.0.2.12"
"""An address that only the jump hosts reach (RFC 5737)."""

CARRY = """import os, socket, sys, threading
s = socket.create_connection(('127.0.0.1', int(sys.argv[1])))
def up():
    while b := os.read(0, 65536): s.sendall(b)
threading.Thread(target=up, daemon=True).start()
while b := s.recv(65536): os.write(1, b)
"""


@pytest.fixture
def gate(board: LoopbackBoard, user_key: paramiko.PKey) -> Iterator[LoopbackBoard]:
    """A jump host that lets bob in, and reaches the board under an address of its own."""
    with LoopbackBoard(user_key, user="bob", reaches={FAR: board.port}) as gate:
        yield gate


def entry(name: str, board: LoopbackBoard, folder: Path, more: str = "") -> str:
    """Write the configuration's lines for one jump host."""
    return (
        f"Host {name}\n HostName 127.0.0.1\n Port {board.port}\n IdentityFile {folder}/.ssh/id_ecdsa\n"
        f" UserKnownHostsFile {folder}/.ssh/known_hosts\n{more}"
    )


def far_inventory(folder: Path, config: str, known: str, node: dict[str, Any] | None = None) -> Inventory:
    """Make an inventory of the board at the far address; nobody names the user but the configuration."""
    (folder / ".ssh" / "config").write_text(config)
    (folder / ".ssh" / "known_hosts").write_text(known)
    nodes = {"user-worker": {"address": FAR, "role": "server", **(node or {})}}
    ssh = {"config": folder / ".ssh" / "config", "known_hosts": folder / ".ssh" / "known_hosts"}
    return Inventory.model_validate({"nodes": nodes, "ssh": ssh, "network": {"gateway": "192.0.2.1"}})


def far_line(board: LoopbackBoard) -> str:
    """Write the line of known_hosts for the board at the far address."""
    return f"{FAR} {board.host_key.get_name()} {board.host_key.get_base64()}\n"


def refusal(inventory: Inventory, kind: type[ConnectError]) -> ConnectError:
    """Connect, which must fail with an error of this kind."""
    with pytest.raises(kind) as caught:
        open_node(inventory, inventory.server)
    return caught.value


def test_jump(tmp_path: Path, gate: LoopbackBoard, board: LoopbackBoard) -> None:
    """A ProxyJump of the configuration leads there, and commands run there."""
    config = entry("gate", gate, tmp_path, " User bob\n") + "Host user-*\n ProxyJump gate\n"
    inventory = far_inventory(tmp_path, config, gate.known_line + far_line(board))
    with open_node(inventory, inventory.server) as node:
        assert node.run("echo here", 5).stdout == b"here\n"
    assert (gate.users[-1], gate.asked_for, board.users) == ("bob", [f"{FAR}:22"], ["user"])


@pytest.mark.parametrize("form", ["bob@hop:{}", "ssh://bob@hop:{}"])
def test_jump_with_user_and_port(tmp_path: Path, gate: LoopbackBoard, board: LoopbackBoard, form: str) -> None:
    """A jump host of the inventory may be written with user and port, or as a URI."""
    config = entry("hop", gate, tmp_path).replace(f" Port {gate.port}\n", "")
    jump = {"jump": form.format(gate.port)}
    inventory = far_inventory(tmp_path, config, gate.known_line + far_line(board), jump)
    open_node(inventory, inventory.server).close()
    assert gate.users[-1] == "bob"


def test_chain(tmp_path: Path, gate: LoopbackBoard, board: LoopbackBoard, user_key: paramiko.PKey) -> None:
    """Jump hosts are gone through in their order, each known to ssh by its own entry."""
    with (
        LoopbackBoard(user_key, reaches={"127.0.0.1": gate.port}) as second,
        LoopbackBoard(user_key, reaches={"127.0.0.1": second.port}) as first,
    ):
        config = entry("first", first, tmp_path) + entry("second", second, tmp_path)
        config += entry("gate", gate, tmp_path, " User bob\n") + "Host 192.0.2.*\n ProxyJump first,second,gate\n"
        known = first.known_line + second.known_line + gate.known_line + far_line(board)
        inventory = far_inventory(tmp_path, config, known)
        open_node(inventory, inventory.server).close()
        assert first.asked_for == [f"127.0.0.1:{second.port}"]
        assert second.asked_for == [f"127.0.0.1:{gate.port}"]


def test_program(tmp_path: Path, board: LoopbackBoard) -> None:
    """A ProxyCommand is run, its tokens filled in."""
    (tmp_path / "carry.py").write_text(CARRY)
    config = f"Host user-*\n Port {board.port}\n User nvidia\n ProxyCommand {sys.executable} {tmp_path}/carry.py %p\n"
    line = f"[{FAR}]:{board.port} {board.host_key.get_name()} {board.host_key.get_base64()}\n"
    inventory = far_inventory(tmp_path, config, line)
    with open_node(inventory, inventory.server) as node:
        assert node.run("echo here", 5).stdout == b"here\n"
    assert board.users == ["nvidia"]


def test_program_that_fails(tmp_path: Path, board: LoopbackBoard) -> None:
    """A ProxyCommand that fails is accused in its own words, and not the board."""
    inventory = far_inventory(tmp_path, "Host user-*\n ProxyCommand echo no way to %h >&2\n", far_line(board))
    error = refusal(inventory, WayFailed)
    assert str(error).startswith(f"the way to user-worker ({FAR} port 22) through ProxyCommand echo no way to %h")
    assert f"failed: no way to {FAR}" in str(error)


@pytest.mark.usefixtures("short_limit")
def test_program_that_says_nothing(tmp_path: Path, board: LoopbackBoard) -> None:
    """A ProxyCommand that never speaks costs the time limit, and is accused."""
    inventory = far_inventory(tmp_path, "Host user-*\n ProxyCommand sleep 60\n", far_line(board))
    assert "it says nothing" in str(refusal(inventory, WayFailed))


def test_unknown_jump(tmp_path: Path, gate: LoopbackBoard, board: LoopbackBoard) -> None:
    """A jump host whose key is unknown is accused in ssh's words; the fix goes through it by hand."""
    config = entry("gate", gate, tmp_path, " User bob\n") + "Host user-*\n ProxyJump gate\n"
    error = refusal(far_inventory(tmp_path, config, far_line(board)), WayFailed)
    assert "through gate failed: " in str(error)
    assert "Host key verification failed" in str(error)
    assert "-J gate" in error.fix


def test_jump_that_lets_nobody_in(tmp_path: Path, gate: LoopbackBoard, board: LoopbackBoard) -> None:
    """A jump host that refuses us is accused, and not the board."""
    config = entry("gate", gate, tmp_path, " User alice\n") + "Host user-*\n ProxyJump gate\n"
    error = refusal(far_inventory(tmp_path, config, gate.known_line + far_line(board)), WayFailed)
    assert "alice@127.0.0.1: Permission denied" in str(error)


def test_board_that_the_jump_does_not_reach(tmp_path: Path, gate: LoopbackBoard, board: LoopbackBoard) -> None:
    """Where the jump host works and reaches no board, that is said."""
    gate.reaches = {}
    config = entry("gate", gate, tmp_path, " User bob\n") + "Host user-*\n ProxyJump gate\n"
    error = refusal(far_inventory(tmp_path, config, gate.known_line + far_line(board)), NodeUnreachable)
    assert f"user-worker ({FAR} port 22) cannot be reached from gate" in str(error)


def test_unknown_board_behind_a_jump(tmp_path: Path, gate: LoopbackBoard) -> None:
    """The key of a board behind a jump host is not got by a plain ssh-keyscan: the fix goes the same way."""
    config = entry("gate", gate, tmp_path, " User bob\n") + "Host user-*\n ProxyJump gate\n User nvidia\n"
    error = refusal(far_inventory(tmp_path, config, gate.known_line), HostKeyUnknown)
    assert f"-o UserKnownHostsFile={tmp_path}/.ssh/known_hosts -J gate -p 22 nvidia@{FAR} true" in error.fix
    assert "ssh-keyscan -p" not in error.fix


@pytest.mark.parametrize(
    ("jump", "hops"),
    [
        ("gate", [Hop("gate", "", "")]),
        ("bob@gate:2200,other", [Hop("gate", "bob", "2200"), Hop("other", "", "")]),
        ("ssh://bob@gate:2200/", [Hop("gate", "bob", "2200")]),
        ("fe80::1, [fe80::2]:22", [Hop("fe80::1", "", ""), Hop("fe80::2", "", "22")]),
        ("a@b@gate", [Hop("gate", "a@b", "")]),
    ],
)
def test_hops(jump: str, hops: list[Hop]) -> None:
    """All forms that ssh_config(5) has for a jump host are read."""
    assert parse_hops(jump) == hops
