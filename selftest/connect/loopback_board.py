"""An SSH server on loopback that lets one key in and runs what it is told, as a board would; or hands on, as a jump host."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import BinaryIO, cast

import paramiko
import pytest

ACCEPTED = paramiko.common.AUTH_SUCCESSFUL
REFUSED = paramiko.common.AUTH_FAILED


class LoopbackBoard:
    """Listens on a free port of 127.0.0.1; use as a context manager."""

    def __init__(
        self,
        accepted: paramiko.PKey,
        most_tries: int = 6,
        user: str = "",
        reaches: dict[str, int] | None = None,
    ) -> None:
        """Let `user` in (anybody where it is ''); `reaches` are hosts it hands on to, each with its real port on loopback."""
        self.host_key = paramiko.ECDSAKey.generate()
        self.accepted, self.most_tries = accepted, most_tries
        self.user, self.reaches, self.asked_for = user, reaches or {}, list[str]()
        self.users: list[str] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._accepting = Thread(target=self._accept, daemon=True)
        self._processes: list[subprocess.Popen[bytes]] = []
        self._transports: list[paramiko.Transport] = []

    @property
    def known_line(self) -> str:
        """The line of known_hosts that tells this board's key."""
        return f"[127.0.0.1]:{self.port} {self.host_key.get_name()} {self.host_key.get_base64()}\n"

    def __enter__(self) -> LoopbackBoard:
        self._accepting.start()
        return self

    def __exit__(self, *_: object) -> None:
        # Closed while a thread waits in accept(), its number could be another socket's by the time that it is asked.
        self._socket.shutdown(socket.SHUT_RDWR)
        for transport in self._transports:
            transport.close()
        self._accepting.join()
        self._socket.close()
        for process in self._processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection)
            transport.add_server_key(self.host_key)
            self._transports.append(transport)
            try:
                transport.start_server(server=_Door(self, transport))
            except (OSError, EOFError, paramiko.SSHException):
                transport.close()

    def serve(self, channel: paramiko.Channel, command: bytes) -> None:
        """Run `command` as sshd does: both streams as they come, their end, then the exit status."""
        given = b"".join(iter(lambda: channel.recv(1 << 16), b""))
        process = subprocess.Popen(
            ["sh", "-c", command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self._processes.append(process)
        streams = [cast(BinaryIO, process.stdout), cast(BinaryIO, process.stderr)]
        pumps = [
            Thread(target=_pump, args=(source, send), daemon=True)
            for source, send in zip(streams, (channel.sendall, channel.sendall_stderr), strict=True)
        ]
        for pump in pumps:
            pump.start()
        with suppress(BrokenPipeError):  # it ended without reading all
            cast(BinaryIO, process.stdin).write(given)
        with suppress(BrokenPipeError):
            cast(BinaryIO, process.stdin).close()
        for pump in pumps:
            pump.join()
        try:
            channel.shutdown_write()
            channel.send_exit_status(process.wait() & 0xFF)
            channel.close()
        except (OSError, EOFError, paramiko.SSHException):
            channel.close()


def _pump(source: BinaryIO, send: Callable[[bytes], None]) -> None:
    try:
        while chunk := os.read(source.fileno(), 1 << 16):
            send(chunk)
    except OSError:
        pass
    finally:
        source.close()


def _carry(transport: paramiko.Transport, onward: socket.socket) -> None:
    """Carry bytes both ways between the channel that was opened and another server."""
    channel = transport.accept()
    if channel is None:
        return
    Thread(target=_move, args=(onward, channel), daemon=True).start()
    _move(channel, onward)


def _move(source: socket.socket | paramiko.Channel, target: socket.socket | paramiko.Channel) -> None:
    try:
        while chunk := source.recv(1 << 16):
            target.sendall(chunk)
    except (OSError, paramiko.SSHException):
        pass
    finally:
        target.close()
        source.close()


class _Door(paramiko.ServerInterface):
    """What the board allows: the accepted key, sessions, commands."""

    def __init__(self, board: LoopbackBoard, transport: paramiko.Transport) -> None:
        self.board, self.transport, self.tries = board, transport, 0

    def get_allowed_auths(self, username: str) -> str:
        """Keys only."""
        return "publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        """Let the accepted key in; hang up after too many others, as sshd's MaxAuthTries does."""
        self.board.users.append(username)
        self.tries += 1
        if self.tries > self.board.most_tries:
            self.transport.close()
        is_let_in = key == self.board.accepted and self.board.user in ("", username)
        return ACCEPTED if is_let_in else REFUSED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        """Open any session."""
        return paramiko.common.OPEN_SUCCEEDED

    def check_channel_direct_tcpip_request(
        self, chanid: int, origin: tuple[str, int], destination: tuple[str, int]
    ) -> int:
        """Hand on to the hosts it reaches, as `ssh -W` asks; refuse the others as sshd does."""
        host, port = destination
        self.board.asked_for.append(f"{host}:{port}")
        if host not in self.board.reaches:
            return paramiko.common.OPEN_FAILED_CONNECT_FAILED
        onward = socket.create_connection(("127.0.0.1", self.board.reaches[host]))
        Thread(target=_carry, args=(self.transport, onward), daemon=True).start()
        return paramiko.common.OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        """Run the command beside the connection's own thread."""
        Thread(target=self.board.serve, args=(channel, command), daemon=True).start()
        return True


def put_first(programs: Mapping[str, str], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write shell programs into an empty folder of this name, and have them found before the machine's own."""
    folder.mkdir()
    for name, text in programs.items():
        (folder / name).write_text(f"#!/bin/sh\n{text}")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
