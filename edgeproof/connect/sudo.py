"""The sudo password: from the environment, or asked once at a terminal. It goes to sudo's standard input and nowhere else."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable

from pydantic import SecretStr

ENVIRONMENT = "EDGEPROOF_SUDO_PASSWORD"
"""The environment variable that holds the password, for runs where nobody can be asked."""

LET_IN = "edgeproof-as-root"
"""Printed first once sudo has let a script in."""

Ask = Callable[[str], str]
"""Asks a person; '' where there is none to ask, or no answer."""


class SudoPassword:
    """A run's one sudo password, for all its nodes; '' until it is known. Nothing shows it."""

    def __init__(self, ask: Ask | None = None, given: str = "") -> None:
        self._secret = SecretStr(given or os.environ.get(ENVIRONMENT, ""))
        self._ask = ask

    @property
    def secret(self) -> SecretStr:
        """The password as it is now."""
        return self._secret

    @property
    def is_known(self) -> bool:
        """Whether there is one."""
        return bool(self._secret)

    def ask(self, prompt: str) -> bool:
        """Ask for it, once in a run; tell whether it is known now."""
        ask, self._ask = self._ask, None
        if ask is not None and not self.is_known:
            self._secret = SecretStr(ask(prompt))
        return self.is_known

    def script(self, user: str, text: str) -> str:
        """Give the command that runs shell text as root; what it prints begins with LET_IN, unless sudo refuses (see `printed_as_root`)."""
        return f"{self.command(user)} sh -c {shlex.quote(f'echo {LET_IN}; {text}')}"

    def command(self, user: str) -> str:
        """Give the words before a command that make it run as root; none where the user is root."""
        if user == "root":
            return ""
        return "sudo -S -p ''" if self.is_known else "sudo -n"


def printed_as_root(stdout: bytes) -> bytes | None:
    """Give what the text of `SudoPassword.script` printed; None where sudo did not let it in."""
    before, mark, printed = stdout.partition(f"{LET_IN}\n".encode())
    return printed if mark and not before else None
