"""The keys that an SSH agent holds, whichever socket it has."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import paramiko
from paramiko.agent import AgentSSH


class _Agent(AgentSSH):
    """The agent behind one socket; paramiko's own knows $SSH_AUTH_SOCK alone."""

    def __init__(self, place: str) -> None:
        super().__init__()
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.connect(place)
        except OSError:
            connection.close()
            raise
        self._connect(connection)  # type: ignore[attr-defined]

    def close(self) -> None:
        """Let go of the socket; the keys sign no more."""
        self._close()  # type: ignore[attr-defined]


def keys_of_agent(named: str) -> Iterator[paramiko.PKey]:
    """Give the agent's keys; `named` is what IdentityAgent says: a socket, a variable that names one, or none.

    An agent that does not answer holds none.
    """
    variable = "SSH_AUTH_SOCK" if named == "SSH_AUTH_SOCK" else named[1:] if named.startswith("$") else ""
    place = os.environ.get(variable, "") if variable else str(Path(named).expanduser())
    if named == "none" or not place:
        return
    try:
        agent = _Agent(place)
    except (OSError, paramiko.SSHException):
        return
    try:
        yield from agent.get_keys()
    finally:
        agent.close()
