"""Each way a node can keep us out is an error of its own, with what to do about it."""

from __future__ import annotations

import re
import socket
from time import monotonic

import paramiko
import pytest

from edgeproof.connect.ssh import fingerprint, open_node
from edgeproof.errors import ConnectError, HostKeyChanged, HostKeyUnknown, KeyRefused, NodeUnreachable
from edgeproof.inventory import Inventory
from selftest.connect.conftest import InventoryFor
from selftest.connect.keys import write_locked_key
from selftest.connect.loopback_board import LoopbackBoard


def refusal(inventory: Inventory, kind: type[ConnectError]) -> ConnectError:
    """Connect, which must fail with an error of this kind."""
    with pytest.raises(kind) as caught:
        open_node(inventory, inventory.server)
    return caught.value


def test_unknown_host_key(board: LoopbackBoard, inventory_for: InventoryFor) -> None:
    """A host key in no known_hosts is refused, its fingerprint shown, and ssh-keyscan named with host and port."""
    error = refusal(inventory_for(board.port), HostKeyUnknown)
    assert f"SHA256:{fingerprint(board.host_key)}" in str(error)
    assert f"ssh-keyscan -p {board.port} 127.0.0.1" in error.fix


def test_unknown_host_key_is_not_learnt(board: LoopbackBoard, inventory_for: InventoryFor) -> None:
    """Refusing a host key writes nothing."""
    inventory = inventory_for(board.port)
    refusal(inventory, HostKeyUnknown)
    assert not inventory.ssh.known_hosts.exists()


def test_no_key_is_offered_to_a_stranger(board: LoopbackBoard, inventory_for: InventoryFor) -> None:
    """Nobody tries to log in before the host key is known."""
    refusal(inventory_for(board.port), HostKeyUnknown)
    assert board.users == []


def test_changed_host_key(known: Inventory, board: LoopbackBoard) -> None:
    """Another key of the known type is refused, and ssh-keygen -R named with the host's name in known_hosts."""
    known.ssh.known_hosts.write_text(line_of(board, paramiko.ECDSAKey.generate()))
    error = refusal(known, HostKeyChanged)
    assert "flashed anew" in str(error)
    assert f"-R [127.0.0.1]:{board.port}" in error.fix


def test_host_key_of_another_type(known: Inventory, board: LoopbackBoard) -> None:
    """A host known by a type of key that it no longer has is one whose key has changed."""
    known.ssh.known_hosts.write_text(line_of(board, paramiko.RSAKey.generate(2048)))
    assert "flashed anew" in str(refusal(known, HostKeyChanged))


def line_of(board: LoopbackBoard, key: paramiko.PKey) -> str:
    """Write the line of known_hosts that gives the board this key."""
    return f"[127.0.0.1]:{board.port} {key.get_name()} {key.get_base64()}\n"


def test_refused_key(known: Inventory, board: LoopbackBoard) -> None:
    """A node that takes none of our keys: the keys offered are named, and ssh-copy-id."""
    board.accepted = paramiko.ECDSAKey.generate()
    error = refusal(known, KeyRefused)
    assert "/.ssh/id_ecdsa)" in str(error)
    assert f"ssh-copy-id -p {board.port} user@127.0.0.1" in error.fix


def test_node_that_hangs_up_on_too_many_keys(known: Inventory, board: LoopbackBoard) -> None:
    """A node that ends the connection over our keys (MaxAuthTries) has refused them."""
    board.accepted, board.most_tries = paramiko.ECDSAKey.generate(), 0
    paramiko.RSAKey.generate(2048).write_private_key_file(str(known.ssh.known_hosts.with_name("id_rsa")))
    assert "accepts none of our keys" in str(refusal(known, KeyRefused))


def test_locked_key_is_passed_over(known: Inventory, board: LoopbackBoard) -> None:
    """A key of ~/.ssh that has a passphrase keeps nobody from logging in with another."""
    write_locked_key(known.ssh.known_hosts.with_name("id_ed25519"))
    open_node(known, known.server).close()
    assert board.users == ["user"]


def test_locked_key_alone(known: Inventory) -> None:
    """Where only a locked key is left, the error names it and says that it is locked."""
    known.ssh.known_hosts.with_name("id_ecdsa").unlink()
    write_locked_key(known.ssh.known_hosts.with_name("id_ed25519"))
    assert re.search(r"/id_ed25519.*passphrase", str(refusal(known, KeyRefused)))


def test_no_key_at_all(known: Inventory) -> None:
    """A user without any key is told so."""
    known.ssh.known_hosts.with_name("id_ecdsa").unlink()
    assert "no key at all" in str(refusal(known, KeyRefused))


def test_refused_connection(inventory_for: InventoryFor) -> None:
    """A board that is up without an SSH server: the fix starts it."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        error = refusal(inventory_for(bound.getsockname()[1]), NodeUnreachable)
    assert "refuses connections" in str(error)
    assert "systemctl enable --now ssh" in error.fix


@pytest.mark.usefixtures("short_limit")
def test_no_answer(inventory_for: InventoryFor) -> None:
    """A node that takes no connection costs the time limit, and the fix is at the board."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, socket.create_connection(full.getsockname()):
        started = monotonic()
        error = refusal(inventory_for(full.getsockname()[1]), NodeUnreachable)
    assert monotonic() - started < 3
    assert "does not answer within 1 s" in str(error)
    assert "check that the board is powered" in error.fix


@pytest.mark.usefixtures("short_limit")
def test_listener_that_never_speaks(inventory_for: InventoryFor) -> None:
    """A node that takes the connection and says nothing costs the time limit, and the fix reads ssh's journal."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        started = monotonic()
        error = refusal(inventory_for(mute.getsockname()[1]), NodeUnreachable)
    assert monotonic() - started < 3
    assert "does not start an SSH session" in str(error)
    assert "journalctl -u ssh" in error.fix


def test_host_name_that_does_not_resolve(inventory_for: InventoryFor) -> None:
    """A HostName that leads nowhere is told as that, and that it is not cluster.yaml's."""
    inventory = inventory_for(22)
    inventory.ssh.config.write_text("Host user-desktop\n HostName board.invalid\n")
    error = refusal(inventory, NodeUnreachable)
    assert "board.invalid port 22: this name does not resolve here" in str(error)
    assert "cluster.yaml has 127.0.0.1" in str(error)


def test_refused_user_and_whence(board: LoopbackBoard, inventory_for: InventoryFor) -> None:
    """A user whom the board does not let in is named, and who named that user; the fix asks for the right one first."""
    board.user = "nvidia"
    inventory = inventory_for(board.port)
    inventory.ssh.known_hosts.write_text(board.known_line)
    error = refusal(inventory, KeyRefused)
    assert "the user user is edgeproof's default" in str(error)
    assert error.fix.startswith("name the user in cluster.yaml (ssh.user, or nodes.user-desktop.user)")


def test_board_known_by_its_name(board: LoopbackBoard, inventory_for: InventoryFor) -> None:
    """A board that known_hosts has under its name, and not under its address, is known."""
    inventory = inventory_for(board.port)
    inventory.ssh.known_hosts.write_text(board.known_line.replace("127.0.0.1", "user-desktop"))
    open_node(inventory, inventory.server).close()
