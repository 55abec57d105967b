"""The run's sudo password: asked of the person at the terminal, by the controller alone, and handed to xdist's workers.

PYTEST_DONT_REWRITE: as in edgeproof/__init__.py.
"""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from edgeproof.connect.sudo import SudoPassword

PASSWORD = pytest.StashKey[SudoPassword]()
HANDED = "edgeproof_sudo"
"""Its key in workerinput, which goes through the pipe between controller and worker."""


def prepare_password(config: pytest.Config) -> None:
    """Have a password ready to be asked for; a worker has what the controller knew when it was started, and asks nobody."""
    workerinput: dict[str, Any] | None = getattr(config, "workerinput", None)
    if workerinput is None:
        config.stash[PASSWORD] = SudoPassword(lambda prompt: _asked(config, prompt))
    else:
        config.stash[PASSWORD] = SudoPassword(given=workerinput.pop(HANDED, ""))


def hand_password(node: Any) -> None:
    """Hand the password to an xdist worker."""
    if PASSWORD in node.config.stash:
        node.workerinput[HANDED] = node.config.stash[PASSWORD].secret.get_secret_value()


@contextmanager
def _real_stdin(config: pytest.Config) -> Iterator[None]:
    """Give standard input back for so long: while it captures output, pytest closes it."""
    capture = config.pluginmanager.getplugin("capturemanager")
    if capture is None:
        yield
        return
    capture.suspend_global_capture(in_=True)
    try:
        yield
    finally:
        capture.resume_global_capture()


def can_ask(config: pytest.Config) -> bool:
    """Tell whether a person sits at both ends of a terminal."""
    with _real_stdin(config):
        stdin = sys.__stdin__
        reporter = config.pluginmanager.getplugin("terminalreporter")
        return bool(stdin and stdin.isatty() and reporter and reporter.isatty)


def _asked(config: pytest.Config, prompt: str) -> str:
    if not can_ask(config):
        return ""
    with _real_stdin(config):
        config.pluginmanager.getplugin("terminalreporter").ensure_newline()
        try:
            return getpass.getpass(prompt)
        except EOFError:
            return ""
