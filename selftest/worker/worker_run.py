"""Runs the worker as a pod runs it: a process, its record on standard output, its exit status."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lab.places import CHECKOUT

LIMIT_S = 240.0
"""One worker, torch's import and the making of random weights on a busy machine included."""


@contextmanager
def started(
    torch: dict[str, str], folder: Path, *arguments: str, **environment: str
) -> Iterator[subprocess.Popen[str]]:
    """Start a worker on a folder, and see to its end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "worker", "--source", str(folder), *arguments],
        cwd=CHECKOUT,
        env={**torch, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def run(torch: dict[str, str], folder: Path, *arguments: str, **environment: str) -> dict[str, Any]:
    """Run a worker to its good end and give the last line that it printed on standard output."""
    with started(torch, folder, "--predictions", "inline", *arguments, **environment) as process:
        out, err = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 0, err
    record: dict[str, Any] = json.loads(out.splitlines()[-1])
    return record
