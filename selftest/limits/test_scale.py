"""EDGEPROOF_LIMITS_SCALE multiplies what is waited for, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

WAITING = (
    "PODS_READY_S", "POD_WARNED_S", "ACCOUNT_S", "NAMESPACE_GONE_S", "CLAIM_BOUND_S", "POLL_S", "JOB_START_S",
    "NODE_LOST_S", "SERVER_ASKED_S", "JOB_S", "OVER_CURRENT_PAUSE_S", "REBOOT_S", "BOOT_SETTLES_S", "REBOOT_READY_S",
)  # fmt: skip
SHOW = "import json; from edgeproof import limits; print(json.dumps({k: v for k, v in vars(limits).items() if k.endswith('_S')}))"


def limits_with(scale: str | None, program: str = SHOW) -> subprocess.CompletedProcess[str]:
    """Run a program that reads the limits, with the variable set to `scale`, or not set."""
    environment = {name: value for name, value in os.environ.items() if name != "EDGEPROOF_LIMITS_SCALE"}
    if scale is not None:
        environment["EDGEPROOF_LIMITS_SCALE"] = scale
    return subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)


def shown(scale: str | None) -> dict[str, float]:
    """Give the limits by name."""
    import json

    found: dict[str, float] = json.loads(limits_with(scale).stdout)
    return found


def test_scaled() -> None:
    """A tenth of every limit of waiting; calls, logins and commands keep theirs."""
    whole, scaled = shown(None), shown("0.1")
    assert {name for name in whole if scaled[name] != whole[name]} == set(WAITING)
    assert {name: scaled[name] for name in WAITING} == pytest.approx({name: whole[name] / 10 for name in WAITING})


def test_empty_is_unset() -> None:
    """An empty variable changes nothing."""
    assert shown("") == shown(None)


@pytest.mark.parametrize("scale", ["0", "-1", "10.5", "nan", "inf", "fast"])
def test_bad_value(scale: str) -> None:
    """Anything else is one line that names the variable, its value and what it may be."""
    done = limits_with(scale)
    assert done.returncode != 0
    assert done.stderr == f"edgeproof: EDGEPROOF_LIMITS_SCALE={scale}: not a number over 0 and at most 10\n"


def test_bad_value_ends_pytest() -> None:
    """Pytest itself shows that line and no traceback."""
    program = "import sys, pytest; sys.exit(pytest.main(['tests_node', '--collect-only', '-q']))"
    done = limits_with("fast", program)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "EDGEPROOF_LIMITS_SCALE=fast: not a number" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
