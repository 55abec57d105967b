"""Runs a machine's commands: a process of its own, in namespaces of its own, whose root is the machine's."""

from __future__ import annotations

import array
import json
import os
import socket
from pathlib import Path

from selftest.replay import namespaces
from selftest.replay.machine import Machine
from selftest.replay.node_root import Account, accounts, build_root

COMMAND_BYTES = 1 << 20
MOST_FILES = 256
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/games:/usr/local/games",
    "SHELL": "/bin/sh",
    "LANG": "C.UTF-8",
}


class NodeShell:
    """The near end of that process. Made before the first thread, since it forks."""

    def __init__(self, machine: Machine, tools: Path, space: Path) -> None:
        self.machine = machine
        self.accounts = accounts(machine)
        self._changes = space / machine.name / "above"
        self._near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        for end in (self._near, far):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, COMMAND_BYTES)
        if os.fork() == 0:
            _live(machine, tools, space / machine.name, far)
        far.close()
        ready = self._near.recv(4096)
        if ready != b"ready":
            raise OSError(f"{machine.name}: {ready.decode()}")

    def run(self, user: str, command: bytes, streams: tuple[int, int, int]) -> int:
        """Start a command as sshd does, on three open files; give the reading end of a pipe that tells its status."""
        told, tells = os.pipe()
        asked = json.dumps({"user": user, "command": command.decode("utf-8", "surrogateescape")}).encode()
        files = array.array("i", [*streams, tells])
        self._near.sendmsg([asked], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, files)])
        os.close(tells)
        return told

    def undescribed(self) -> list[str]:
        """List the commands that ran and that nobody had described."""
        text = (self._changes / ".replay" / "undescribed").read_text(encoding="utf-8", errors="replace")
        return [f"{self.machine.name}: {line.strip()}" for line in text.splitlines()]


def status_of(told: int) -> int:
    """Wait for the status of a command that was started, and close the pipe; 255 where it was lost."""
    with os.fdopen(told, "rb") as pipe:
        return int(pipe.read() or b"255")


def _live(machine: Machine, tools: Path, folder: Path, asked: socket.socket) -> None:
    """The process itself: enter the machine's root, then start what is asked for, to the end."""
    try:
        os.closerange(3, asked.fileno())
        os.closerange(asked.fileno() + 1, MOST_FILES)
        _enter(machine, tools, folder)
        known = accounts(machine)
        asked.send(b"ready")
    except BaseException as error:
        asked.send(f"{type(error).__name__}: {error}".encode())
        os._exit(1)
    while True:
        message, ancillary, _, _ = asked.recvmsg(COMMAND_BYTES, socket.CMSG_SPACE(4 * array.array("i").itemsize))
        if not message:
            os._exit(0)
        files = array.array("i")
        files.frombytes(ancillary[0][2])
        if os.fork() == 0:
            _start(known, json.loads(message), files.tolist())
        for file in files:
            os.close(file)
        _reap()


def _reap() -> None:
    """Take in those that have ended: left to the kernel, their CPU time would count nowhere."""
    try:
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass
    except ChildProcessError:
        return


def _enter(machine: Machine, tools: Path, folder: Path) -> None:
    namespaces.unshare(namespaces.NEW_MOUNTS | namespaces.NEW_HOSTNAME | namespaces.NEW_IPC)
    above, work, root = (folder / name for name in ("above", "work", "root"))
    for place in (above, work, root):
        place.mkdir(parents=True)
    namespaces.mount("overlay", root, "overlay", 0, f"lowerdir={tools},upperdir={above},workdir={work}")
    build_root(root, machine)
    socket.sethostname(machine.name)
    namespaces.pivot(root)


def _start(known: dict[str, Account], asked: dict[str, str], files: list[int]) -> None:
    """Run one command in a session of its own, wait for its end, and tell its status."""
    account = known[asked["user"]]
    child = os.fork()
    if child == 0:
        try:
            os.umask(0o022)
            os.setsid()
            for number, file in enumerate(files[:3]):
                os.dup2(file, number)
            os.closerange(3, MOST_FILES)
            os.setgroups(account.groups)
            os.setgid(account.group_id)
            os.setuid(account.user_id)
            os.chdir(account.home if os.access(account.home, os.X_OK) else "/")
            who = {"HOME": account.home, "USER": account.name, "LOGNAME": account.name}
            root = {"ROOT_RUN": "1"} if account.user_id == 0 else {}
            os.execve("/bin/sh", ["sh", "-c", asked["command"]], {**ENVIRONMENT, **who, **root})
        finally:
            os._exit(127)
    for file in files[:3]:
        os.close(file)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os.write(files[3], str(status if status >= 0 else 128 - status).encode())
    os._exit(0)
