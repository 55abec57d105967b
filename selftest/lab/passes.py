"""When each fault of the lab last passed, on which runtime and with which code: kept in the checkout, for docs/faults.md and to go on from."""

from __future__ import annotations

from datetime import datetime, timezone
from functools import cache
from typing import Any

import yaml

from lab.cache import digest
from lab.lab import Runtime
from lab.places import CHECKOUT

Passes = dict[str, dict[str, dict[str, str]]]
FILE = CHECKOUT / "selftest" / "lab_offline" / "passes.yaml"
HEAD = "# Written by selftest/lab/test_2_faults.py --resume: when each fault last passed, and with which code (selftest/lab/passes.py).\n"
INPUTS = ("edgeproof", "lab", "manifests", "tests_cluster", "tests_node", "tests_workload", "worker")
"""Folders whose code a fault's outcome rests on."""


@cache
def inputs() -> str:
    """Hash the code that a fault's outcome rests on."""
    return digest([CHECKOUT / folder for folder in INPUTS])


def passes() -> Passes:
    """Give by runtime and fault the day of its last pass and the hash of the code then."""
    found: dict[str, Any] = yaml.safe_load(FILE.read_text()) if FILE.exists() else {}
    return found or {}


def has_passed(runtime: Runtime, fault: str) -> bool:
    """Tell whether a fault passed with the code as it is."""
    return passes().get(runtime, {}).get(fault, {}).get("code") == inputs()


def note_pass(runtime: Runtime, fault: str) -> None:
    """Write down that a fault passed today, with the code as it is."""
    found = passes()
    day = datetime.now(timezone.utc).date().isoformat()
    found.setdefault(runtime, {})[fault] = {"day": day, "code": inputs()}
    FILE.write_text(HEAD + yaml.safe_dump(found, default_flow_style=None, width=120))
