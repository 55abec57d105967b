"""Runs the worker as a pod runs it: a process, its record on standard output, its exit status."""

from __future__ import annotations

import json
import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lab.places import CHECKOUT
from selftest.worker.beds.bed import Bed

LIMIT_S = 240.0
"""One worker, torch's import and the making of random weights on a busy machine included."""


def with_memory(limit_bytes: int) -> Callable[[], None]:
    """Give what makes a process one of two cores that may map so much memory: threads' stacks count, so cores do."""

    def limit() -> None:
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
        resource.setrlimit(resource.RLIMIT_AS, (limit_bytes, limit_bytes))

    return limit


@contextmanager
def started(
    worker: Bed, folder: Path, *arguments: str, before: Callable[[], None] | None = None, **environment: str
) -> Iterator[subprocess.Popen[str]]:
    """Start a worker on a folder, with `before` called in its process, and see to its end."""
    process = subprocess.Popen(
        [*worker.python, "-m", "worker", "--source", str(folder), *arguments],
        cwd=CHECKOUT,
        env=worker.given(**environment).environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=before,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def run(
    worker: Bed, folder: Path, *arguments: str, before: Callable[[], None] | None = None, **environment: str
) -> dict[str, Any]:
    """Run a worker to its good end and give the last line that it printed on standard output."""
    with started(worker, folder, "--predictions", "inline", *arguments, before=before, **environment) as process:
        out, err = process.communicate(timeout=LIMIT_S * worker.slowness)
    assert process.returncode == 0, f"status {process.returncode}\n{err}"
    record: dict[str, Any] = json.loads(out.splitlines()[-1])
    return record
