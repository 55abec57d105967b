"""The sudo password: from the environment, or asked once at a terminal. It goes to sudo's standard input and nowhere else."""

from __future__ import annotations

import os
from collections.abc import Callable

from pydantic import SecretStr

ENVIRONMENT = "EDGEPROOF_SUDO_PASSWORD"
"""The environment variable that holds the password, for runs where nobody can be asked."""

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

    def command(self, user: str) -> str:
        """Give the words before a command that make it run as root; none where the user is root."""
        if user == "root":
            return ""
        return "sudo -S -p ''" if self.is_known else "sudo -n"
