"""Runs real pytest on the suites, as a user does, in a process and a home of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).parents[2]
RUN_S = 60.0
"""One run, at most."""


@dataclass(frozen=True)
class PytestRun:
    """How a run ended: its exit status, both its streams, and the folder it could write to."""

    status: int
    stdout: str
    stderr: str
    folder: Path

    @property
    def text(self) -> str:
        """All that it printed."""
        return self.stdout + self.stderr

    @property
    def record(self) -> dict[str, Any]:
        """The run record it wrote as run.json."""
        found: dict[str, Any] = json.loads((self.folder / "run.json").read_text(encoding="utf-8"))
        return found

    def findings(self) -> set[tuple[str, str, str, str]]:
        """Give node, check, outcome and reason of each finding."""
        return {(f["node"], f["check"], f["outcome"], f["why"]) for f in self.record["findings"]}

    def ended(self, node: str, outcome: str) -> set[str]:
        """Name the checks that ended so on this node."""
        return {f["check"] for f in self.record["findings"] if (f["node"], f["outcome"]) == (node, outcome)}


def run_pytest(folder: Path, *arguments: str, cwd: Path = CHECKOUT, **environment: str) -> PytestRun:
    """Run pytest with these arguments; HOME and TMPDIR are `folder`'s own, as in an account just made."""
    command = [sys.executable, "-m", "pytest", *arguments, "-p", "no:cacheprovider"]
    return run_program(command, folder, cwd, environment)


def run_program(
    command: Sequence[str | Path], folder: Path, cwd: Path, environment: Mapping[str, str], limit_s: float = RUN_S
) -> PytestRun:
    """Run a command line to its end; HOME and TMPDIR are `folder`'s own, as in an account just made."""
    temporary = folder / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    dropped = ("PYTEST_", "PYTHONPATH", "EDGEPROOF_", "KUBECONFIG", "SSH_AUTH_SOCK")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=kept | {"HOME": str(folder), "TMPDIR": str(temporary), **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=limit_s,
        check=False,
    )
    return PytestRun(done.returncode, done.stdout, done.stderr, folder)
