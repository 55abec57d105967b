"""Runs the suites on the lab as a user does, in a process of their own, and reads the run record."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from lab.access import inventory_path
from lab.lab import Lab
from lab.places import CHECKOUT

RUN_S = 900.0
"""One run of the suites, at most."""


@dataclass(frozen=True)
class SuiteRun:
    """How a run ended: exit status, all it printed, its record ({} where it wrote none)."""

    status: int
    text: str
    record: dict[str, Any]

    def ended(self, outcome: str) -> set[tuple[str, str]]:
        """Give (check, node) of the findings with that outcome."""
        return {(f["check"], f["node"]) for f in self.record.get("findings", []) if f["outcome"] == outcome}

    def finding(self, check: str, node: str) -> dict[str, Any]:
        """Give the finding of one check on one node."""
        found: dict[str, Any] = next(
            f for f in self.record["findings"] if (f["check"], f["node"]) == (check, node) and f["outcome"] != "passed"
        )
        return found


def command(lab: Lab, *arguments: str, record: Path | None = None, inventory: Path | None = None) -> list[str]:
    """Write the command line of a run of the suites."""
    given = [f"--inventory={inventory or inventory_path(lab)}", "-p", "no:cacheprovider"]
    return [sys.executable, "-m", "pytest", *arguments, *given, *([f"--run-record={record}"] if record else [])]


def environment() -> dict[str, str]:
    """Give this process's environment, less what pytest has put into it and what names a cluster."""
    dropped = ("PYTEST_", "EDGEPROOF_", "KUBECONFIG")
    return {name: value for name, value in os.environ.items() if not name.startswith(dropped)}


def run_program(
    command: list[str], variables: Mapping[str, str] = MappingProxyType({})
) -> subprocess.CompletedProcess[str]:
    """Run a command line from the checkout to its end, with these variables beside this process's own."""
    own = {**environment(), **variables}
    return subprocess.run(command, cwd=CHECKOUT, env=own, capture_output=True, text=True, timeout=RUN_S, check=False)


def run_module(module: str, *arguments: str) -> str:
    """Run `python -m MODULE ARGUMENTS`, which must succeed, and give all it printed."""
    done = run_program([sys.executable, "-m", module, *arguments])
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def left(lab: Lab) -> list[str]:
    """Name what runs have made in the cluster and not removed (yet)."""
    return lab.server.run("k3s kubectl get namespaces,persistentvolumes -l edgeproof.run -o name").stdout.split()


def read_record(file: Path) -> dict[str, Any]:
    """Read a run record; {} where the run wrote none."""
    found: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    return found


def run_suite(
    lab: Lab, *arguments: str, inventory: Path | None = None, variables: Mapping[str, str] = MappingProxyType({})
) -> SuiteRun:
    """Run the suites to their end."""
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder) / "run.json"
        done = run_program(command(lab, *arguments, record=record, inventory=inventory), variables)
        return SuiteRun(done.returncode, done.stdout + done.stderr, read_record(record))
