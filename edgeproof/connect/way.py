"""The way to a node that is not straight: through jump hosts, or through a program (ssh_config(5): ProxyJump, ProxyCommand)."""

from __future__ import annotations

import getpass
import os
import re
import shlex
import signal
import socket
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from edgeproof import limits

STDERR_BYTES = 2000


@dataclass(frozen=True)
class Way:
    """What it goes through, in words; the shell command that makes it; the words by which ssh is told of it."""

    through: str
    command: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Hop:
    """A jump host, as ssh knows it; user and port are '' where they are left to ssh's configuration."""

    host: str
    user: str
    port: str

    @property
    def words(self) -> list[str]:
        """The words by which ssh is told of it."""
        user, port = (["-l", self.user] if self.user else []), (["-p", self.port] if self.port else [])
        return [*user, *port, self.host]


def parse_hops(jump: str) -> list[Hop]:
    """Read `a,user@b:port` or ssh:// URIs; an IPv6 address with a port stands in brackets."""
    hops = []
    for part in jump.split(","):
        user, _, place = part.strip().removeprefix("ssh://").rstrip("/").rpartition("@")
        bracketed = re.fullmatch(r"\[([^]]+)\](?::(\d+))?", place)
        plain = re.fullmatch(r"([^:]+):(\d+)", place)
        host, port = bracketed.groups() if bracketed else plain.groups() if plain else (place, "")
        hops.append(Hop(host, user, port or ""))
    return hops


def way_by_jump(jump: str, options: tuple[str, ...], host: str, port: int) -> Way:
    """Make the way through jump hosts, the first one first; none of them may ask for a password."""
    return Way(jump, _forward(parse_hops(jump), options, f"[{host}]:{port}"), ("-J", jump))


def _forward(hops: list[Hop], options: tuple[str, ...], target: str, is_nested: bool = False) -> str:
    """Write the ssh command that carries bytes to `target` by the last hop, which it reaches by those before it."""
    through: list[str] = []
    if hops[:-1]:
        before = _forward(hops[:-1], options, "[%h]:%p", is_nested=True)
        through = ["-o", f"ProxyCommand={before.replace('%', '%%') if is_nested else before}"]
    batch = ["ssh", "-o", "BatchMode=yes", "-o", f"ConnectTimeout={limits.SSH_CONNECT_S:.0f}", *options, *through]
    return shlex.join([*batch, "-W", target, *hops[-1].words])


def way_by_command(command: str, tokens: Mapping[str, str]) -> Way:
    """Make the way through a configuration's ProxyCommand; ssh -G gives it with its tokens."""
    return Way(f"ProxyCommand {command}", expanded(command, tokens), ("-o", f"ProxyCommand={command}"))


def expanded(text: str, tokens: Mapping[str, str]) -> str:
    """Fill in ssh's tokens: those given (h, n, p, r), and this user's and machine's own; unknown ones stay."""
    known = {"%": "%", "u": getpass.getuser(), "i": str(os.getuid()), "d": str(Path.home())}
    known |= {"l": socket.gethostname(), "L": socket.gethostname().split(".")[0], **tokens}
    return re.sub(r"%(.)", lambda found: known.get(found[1], found[0]), text)


class Helper:
    """A running program that carries bytes to a node; it goes when it is closed, and with its socket."""

    def __init__(self, way: Way) -> None:
        self.way = way
        self.socket, theirs = socket.socketpair()
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115  # it lives as long as the program
        with theirs:
            self._process = subprocess.Popen(
                ["sh", "-c", f"exec {way.command}"],
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=self._stderr,
                start_new_session=True,
            )

    def said(self) -> str:
        """End it, and give what it has complained of."""
        self._end(limits.KILL_S)
        self._stderr.seek(0)
        words = self._stderr.read()[-STDERR_BYTES:].decode("utf-8", "replace")
        return "; ".join(line.strip() for line in words.splitlines() if line.strip())

    def close(self) -> None:
        """End it, and let go of its streams."""
        self.socket.close()
        self._end(0)
        self._stderr.close()

    def _end(self, patience_s: float) -> None:
        """Let it end by itself for so long, then end it with all that it has started."""
        try:
            self._process.wait(patience_s)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
