"""SSH connections to nodes: one a node to gather facts, and one more for each thing done there. Every failure becomes one of edgeproof's ConnectErrors, here and nowhere else."""

from __future__ import annotations

import base64
import hashlib
import shlex
import socket
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import BinaryIO, Protocol

import paramiko
from pydantic import SecretStr

from edgeproof import limits
from edgeproof.connect.known_hosts import KnownHosts
from edgeproof.connect.login import Login, login_for
from edgeproof.connect.refusal import host_key_refused, keys_refused, unreachable, way_failed
from edgeproof.connect.way import Helper
from edgeproof.errors import NodeUnreachable
from edgeproof.inventory import Inventory, Node

KEY_EXCHANGES = (
    "curve25519-sha256",
    "curve25519-sha256@libssh.org",
    "ecdh-sha2-nistp256",
    "diffie-hellman-group14-sha256",
)
"""Fastest first: curve25519 takes 4 ms here, the groups and gex 43 to 74 (bench)."""

CHUNK_BYTES = 1 << 18
OUTPUT_BYTES = 8 << 20
"""What is kept of a command's output: a node may print without end."""


class Readable(Protocol):
    """A stream of bytes; b'' at its end."""

    def read(self, size: int, /) -> bytes:
        """Give up to `size` bytes."""
        ...


@dataclass(frozen=True)
class Answer:
    """What a remote command left behind; `status` is -1 when the connection ended before it did."""

    stdout: bytes
    stderr: bytes
    status: int


class SshNode:
    """An open connection to one node; use as a context manager."""

    def __init__(self, node: Node, user: str, transport: paramiko.Transport, helper: Helper | None = None) -> None:
        self.node, self.user = node, user
        self._transport, self._helper = transport, helper

    def __enter__(self) -> SshNode:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the connection."""
        self._transport.close()
        if self._helper is not None:
            self._helper.close()

    def run(self, command: str, timeout_s: float, secret: SecretStr | None = None) -> Answer:
        """Run `command` by `sh`, with a secret as the one line on its standard input; raises NodeUnreachable when it takes longer than `timeout_s`."""
        channel = self._open(command, timeout_s)
        try:
            if secret:
                channel.sendall(f"{secret.get_secret_value()}\n".encode())
            channel.shutdown_write()
            return self._collect(channel, timeout_s)
        except TimeoutError as error:
            raise NodeUnreachable(
                f"{self.node.name}: no answer within {timeout_s:.0f} s", "log in and look at its load"
            ) from error
        except (OSError, paramiko.SSHException) as error:
            raise NodeUnreachable(f"{self.node.name}: the connection was lost ({error})") from error
        finally:
            channel.close()

    def feed(self, command: str, source: Readable, timeout_s: float, progress: Callable[[int], None]) -> Answer:
        """Run `command` with a stream on its standard input; `progress` is told the bytes sent so far."""
        channel = self._open(command, timeout_s)
        sent = 0
        try:
            try:
                while chunk := source.read(CHUNK_BYTES):
                    channel.sendall(chunk)
                    sent += len(chunk)
                    progress(sent)
                channel.shutdown_write()
            except OSError:
                if not channel.exit_status_ready():
                    raise  # else the command ended before it had read all of it, and what it said tells why
            return self._collect(channel, timeout_s)
        except TimeoutError as error:
            raise NodeUnreachable(
                f"{self.node.name}: took no data for {timeout_s:.0f} s, after {sent} bytes"
            ) from error
        except (OSError, paramiko.SSHException) as error:
            raise NodeUnreachable(f"{self.node.name}: the connection was lost after {sent} bytes ({error})") from error
        finally:
            channel.close()

    def fetch(self, command: str, target: BinaryIO, timeout_s: float) -> Answer:
        """Run `command` and write what it prints to `target`, however much; `timeout_s` bounds each wait for more."""
        channel = self._open(command, timeout_s)
        try:
            channel.shutdown_write()
            while chunk := channel.recv(CHUNK_BYTES):
                target.write(chunk)
            return self._collect(channel, timeout_s)
        except (OSError, paramiko.SSHException) as error:
            raise NodeUnreachable(f"{self.node.name}: the connection was lost ({error})") from error
        finally:
            channel.close()

    def _open(self, command: str, timeout_s: float) -> paramiko.Channel:
        try:
            channel = self._transport.open_session(timeout=limits.SSH_CONNECT_S, window_size=1 << 24)
            channel.settimeout(timeout_s)
            channel.exec_command(f"exec sh -c {shlex.quote(command)}")
        except (OSError, EOFError, paramiko.SSHException) as error:
            raise NodeUnreachable(f"{self.node.name}: no session on the open connection ({error})") from error
        return channel

    def _collect(self, channel: paramiko.Channel, timeout_s: float) -> Answer:
        """Take streams and status; TimeoutError after `timeout_s` in all, also where output never ends."""
        end = monotonic() + timeout_s
        out = _drain(channel, channel.recv, end)
        err = _drain(channel, channel.recv_stderr, end)
        # recv_exit_status() has no limit of its own, and a command may close its streams and go on.
        if not channel.status_event.wait(max(0.0, end - monotonic())):
            raise TimeoutError
        return Answer(out, err, channel.recv_exit_status())


def _drain(channel: paramiko.Channel, receive: Callable[[int], bytes], end: float) -> bytes:
    kept = bytearray()
    while (left := end - monotonic()) > 0:
        channel.settimeout(left)
        chunk = receive(CHUNK_BYTES)
        if not chunk:
            return bytes(kept)
        kept += chunk[: max(0, OUTPUT_BYTES - len(kept))]
    raise TimeoutError


def open_node(inventory: Inventory, node: Node) -> SshNode:
    """Connect and log in to a node; raises a ConnectError that says what refused, and what to do."""
    login = login_for(inventory, node)
    helper = Helper(login.way) if login.way else None
    transport = None
    try:
        known = KnownHosts.load(*login.known_hosts)
        transport = paramiko.Transport(helper.socket if helper else _socket(login))
        _prefer(transport, known.key_types(login.known_names))
        transport.banner_timeout = transport.auth_timeout = limits.SSH_CONNECT_S
        transport.start_client(timeout=limits.SSH_CONNECT_S)
        _check_host_key(transport.get_remote_server_key(), known, login)
        _authenticate(transport, login)
    except BaseException as error:
        failure = _told(login, helper, transport, error)
        if failure is error:
            raise
        raise failure from error
    return SshNode(node, login.user, transport, helper)


def _told(
    login: Login, helper: Helper | None, transport: paramiko.Transport | None, error: BaseException
) -> BaseException:
    """End what was begun; make the error one of edgeproof's, where it comes from the wire."""
    is_greeted = transport is not None and bool(transport.remote_version)
    if transport is not None:
        transport.close()
    said = helper.said() if helper and not is_greeted else ""
    if helper is not None:
        helper.close()
    if not isinstance(error, OSError | EOFError | paramiko.SSHException):
        return error
    if login.way and not is_greeted:
        return way_failed(login, login.way, said)
    return unreachable(login, error)


def _socket(login: Login) -> socket.socket:
    connection = socket.create_connection((login.host, login.port), timeout=limits.SSH_CONNECT_S)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _prefer(transport: paramiko.Transport, key_types: tuple[str, ...]) -> None:
    options = transport.get_security_options()
    options.kex = tuple(kex for kex in KEY_EXCHANGES if kex in options.kex) or options.kex
    known = tuple(kind for kind in options.key_types if kind in key_types or ("rsa" in kind and "ssh-rsa" in key_types))
    # The others stay on offer: a board flashed anew may have none of the known type, and must be told as changed.
    options.key_types = known + tuple(kind for kind in options.key_types if kind not in known)


def _check_host_key(key: paramiko.PKey, known: KnownHosts, login: Login) -> None:
    judgement = known.judge(login.known_names, key, login.plain_names)
    if judgement.verdict != "known":
        raise host_key_refused(login, f"{key.get_name()} SHA256:{fingerprint(key)}", judgement)


def fingerprint(key: paramiko.PKey) -> str:
    """Give a key's SHA-256 fingerprint as ssh-keygen prints it."""
    return base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode().rstrip("=")


def _authenticate(transport: paramiko.Transport, login: Login) -> None:
    tried = []
    for label, key in login.offered_keys():
        tried.append(label)
        if key is None:
            continue
        try:
            transport.auth_publickey(login.user, key)
        except paramiko.AuthenticationException:
            if not transport.is_active():
                tried.append("it hung up before the others")  # sshd_config(5): MaxAuthTries
                break
            continue
        if transport.is_authenticated():
            return
    raise keys_refused(login, tried)
