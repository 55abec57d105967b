"""Runs a fix as it is printed, where its reader would: on the node that it is about, or where pytest runs."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from edgeproof.diagnose import catalogue_row
from lab import limits
from lab.access import inventory_path
from lab.faults.fault import Fault
from lab.lab import Lab, Node
from lab.places import CHECKOUT
from lab.up import up
from lab.waiting import await_condition
from selftest.lab.suite_run import RUN_S, environment

HERE = re.compile(r"^(?:kubectl|python) |^printf [^|]*\| kubectl ")
"""What a fix begins with that its reader types where pytest runs."""
STARTED = "stat -c %Y /proc/1"


def why_not_run(fault: Fault) -> str:
    """Say why the fix that is printed for a fault is not run; '' where it is."""
    runs = catalogue_row(fault.catalogue_id)["runs_in_lab"] if fault.catalogue_id else True
    return fault.fix_not_run or ("" if runs is True else str(runs))


def run_fix(lab: Lab, fix: str, node: Node) -> None:
    """Run a fix that is about a node, and wait for the boot that it may ask for; raises LabError, or AssertionError, with what it said where it fails."""
    words = fix.removeprefix("try: ")
    if HERE.match(words):
        _run_here(lab, words)
    else:
        _run_there(lab, words, _place(lab, words) or node)


def _place(lab: Lab, fix: str) -> Node | None:
    """Give the node that a fix's comment names first."""
    found = re.search(rf"# .*?\bon ({'|'.join(re.escape(each.name) for each in lab.nodes)})\b", fix)
    return lab.node(found[1]) if found else None


def _run_there(lab: Lab, fix: str, node: Node) -> None:
    """Run it as the node's user, from a login of its own."""
    reboots = "sudo reboot" in fix.partition(" #")[0]
    before = node.run(STARTED).stdout
    node.run(f"su - user -c {shlex.quote(fix)}", timeout_s=limits.MEND_S, check=not reboots)
    if reboots:
        await_condition(
            f"{node.name} boots", limits.MEND_S, lambda: node.holds(f'[ "$({STARTED})" != "{before.strip()}" ]')
        )
        up(lab.plan)


def _run_here(lab: Lab, fix: str) -> None:
    """Run it beside cluster.yaml, with a kubectl that is the server's."""
    with tempfile.TemporaryDirectory() as folder:
        kubectl = Path(folder) / "kubectl"
        host = f"DOCKER_HOST={shlex.quote(lab.docker.host)} " if lab.docker.host else ""
        kubectl.write_text(f'#!/bin/sh\n{host}exec docker exec -i {lab.server.container} k3s kubectl "$@"\n')
        kubectl.chmod(0o755)
        path = f"{folder}:{Path(sys.executable).parent}:{os.environ['PATH']}"
        done = subprocess.run(
            ["bash", "-c", fix],
            cwd=inventory_path(lab).parent, env={**environment(), "PATH": path, "PYTHONPATH": str(CHECKOUT)}, capture_output=True, text=True, timeout=RUN_S, check=False,
        )  # fmt: skip
    assert done.returncode == 0, f"{fix}\n{done.stdout}{done.stderr}"
