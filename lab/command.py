"""Runs programs of this machine, each with a time limit."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lab import limits
from lab.errors import LabError

LAST_LINES = 12


@dataclass(frozen=True)
class Completed:
    """What a command left behind."""

    stdout: str
    stderr: str
    status: int


def run(
    arguments: Sequence[str],
    *,
    timeout_s: float = limits.COMMAND_S,
    stdin: str | None = None,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    check: bool = True,
) -> Completed:
    """Run a program to its end; raises LabError when it is missing, too slow, or (with `check`) fails."""
    try:
        done = subprocess.run(
            arguments,
            input=stdin,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout_s,
            env=environment,
            cwd=folder,
            check=False,
        )
    except FileNotFoundError as error:
        raise LabError(f"{arguments[0]}: no such program on this machine; install it") from error
    except subprocess.TimeoutExpired as error:
        raise LabError(f"{' '.join(arguments[:6])} …: no end within {timeout_s:.0f} s") from error
    if check and done.returncode != 0:
        output = "\n".join((done.stderr or done.stdout).strip().splitlines()[-LAST_LINES:])
        raise LabError(f"{' '.join(arguments[:6])} … failed (exit status {done.returncode}):\n{output}")
    return Completed(done.stdout, done.stderr, done.returncode)
