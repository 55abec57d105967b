"""SSH servers of the machines: who may log in as described, commands in the machine's root, connections passed on."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Thread

import paramiko

from selftest.replay.machine import Login, Machine
from selftest.replay.node_shell import NodeShell, status_of

CHUNK_BYTES = 1 << 16
ACCEPT_S = 60.0
INPUT_S = 5.0
"""From a command's end to the end of its input, at most: one that is fed goes on without."""
Forward = tuple[str, int]


@dataclass(frozen=True)
class SshMachine:
    """One machine's SSH server. `places` says where an address and port really listen, for machines behind this one."""

    machine: Machine
    shell: NodeShell
    host_key: paramiko.PKey
    user_key: paramiko.PKey
    places: dict[Forward, Forward]

    def start(self, address: str, port: int) -> None:
        """Listen in a thread of its own; raises OSError."""
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        listening = socket.create_server((address, port), family=family, backlog=32)
        Thread(target=self._accept, args=(listening,), daemon=True).start()

    def _accept(self, listening: socket.socket) -> None:
        while True:
            connection, _ = listening.accept()
            transport = paramiko.Transport(connection)
            transport.add_server_key(self.host_key)
            door = _Door(self)
            # With an event of its own this does not wait for the client, so that others are let in meanwhile.
            transport.start_server(event=Event(), server=door)
            _thread(door.pass_on, transport)

    def serve(self, channel: paramiko.Channel, user: str, command: bytes) -> None:
        """Run a command in the machine's root: the streams as they come, their end, then the exit status."""
        (stdin, feed), (out, stdout), (err, stderr) = os.pipe(), os.pipe(), os.pipe()
        told = self.shell.run(user, command, (stdin, stdout, stderr))
        for file in (stdin, stdout, stderr):
            os.close(file)
        fed = _thread(_feed, channel, feed)
        pumps = [_thread(_pump, out, channel.sendall), _thread(_pump, err, channel.sendall_stderr)]
        for pump in pumps:
            pump.join()
        status = status_of(told)
        # A client ends its input once it was told that the command runs: to close before that looks like a refusal.
        fed.join(INPUT_S)
        try:
            channel.shutdown_write()
            channel.send_exit_status(status)
        except (OSError, EOFError, paramiko.SSHException):
            pass
        finally:
            channel.close()


def _thread(run: Callable[..., None], *arguments: object) -> Thread:
    thread = Thread(target=run, args=arguments, daemon=True)
    thread.start()
    return thread


def _feed(channel: paramiko.Channel, file: int) -> None:
    """Write what comes on a channel to a file, and close it."""
    try:
        while chunk := channel.recv(CHUNK_BYTES):
            while chunk:
                chunk = chunk[os.write(file, chunk) :]
    except OSError:
        pass
    finally:
        os.close(file)


def _pump(file: int, send: Callable[[bytes], None]) -> None:
    try:
        while chunk := os.read(file, CHUNK_BYTES):
            send(chunk)
    except (OSError, EOFError, paramiko.SSHException):
        pass
    finally:
        os.close(file)


def _join(channel: paramiko.Channel, connection: socket.socket) -> None:
    """Pass on what comes on either side, until both have ended."""
    back = _thread(_pump, os.dup(connection.fileno()), channel.sendall)
    _feed(channel, os.dup(connection.fileno()))
    connection.shutdown(socket.SHUT_WR)
    back.join()
    connection.close()
    channel.close()


class _Door(paramiko.ServerInterface):
    """What a connection is allowed: the logins that are described, sessions, connections to other machines."""

    def __init__(self, server: SshMachine) -> None:
        self.server = server
        self.user = ""
        self.connections: dict[int, socket.socket] = {}

    def get_allowed_auths(self, username: str) -> str:
        """Keys; passwords where the machine has one."""
        return "publickey,password" if any(login.password for login in self._logins().values()) else "publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        """Let the runner's key in where the login takes keys."""
        login = self._logins().get(username)
        return self._let_in(username, login is not None and login.keys and key == self.server.user_key)

    def check_auth_password(self, username: str, password: str) -> int:
        """Let a login's password in."""
        login = self._logins().get(username)
        return self._let_in(username, login is not None and login.password != "" and login.password == password)

    def check_channel_request(self, kind: str, chanid: int) -> int:
        """Open any session."""
        return paramiko.common.OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        """Run the command beside the connection's own thread."""
        _thread(self.server.serve, channel, self.user, command)
        return True

    def check_channel_direct_tcpip_request(self, chanid: int, origin: Forward, destination: Forward) -> int:
        """Connect to a machine that this one reaches, as ProxyJump asks for."""
        try:
            self.connections[chanid] = socket.create_connection(self.server.places.get(destination, destination))
        except OSError:
            return paramiko.common.OPEN_FAILED_CONNECT_FAILED
        return paramiko.common.OPEN_SUCCEEDED

    def pass_on(self, transport: paramiko.Transport) -> None:
        """Join each channel that asked for a connection with that connection."""
        while transport.is_active() or not transport.initial_kex_done:
            channel = transport.accept(ACCEPT_S)
            if channel is not None and channel.get_id() in self.connections:
                _thread(_join, channel, self.connections[channel.get_id()])

    def _logins(self) -> dict[str, Login]:
        return self.server.machine.users()

    def _let_in(self, user: str, right: bool) -> int:
        if right:
            self.user = user
        return paramiko.common.AUTH_SUCCESSFUL if right else paramiko.common.AUTH_FAILED
