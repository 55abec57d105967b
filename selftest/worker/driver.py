"""Asks a driver (selftest/worker/drivers), a program in a bed's own Python: the worker is never imported into pytest's process."""

from __future__ import annotations

import json
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lab.places import CHECKOUT
from selftest.worker.beds.bed import Bed
from selftest.worker.worker_run import LIMIT_S


class Driver:
    """A driver that runs, and answers one question at a time."""

    def __init__(self, process: subprocess.Popen[str], errors: Any, limit_s: float) -> None:
        self.process, self.errors, self.limit_s = process, errors, limit_s

    def ask(self, question: Any) -> Any:
        """Send it; give the answer. A driver that ends, or is too slow, fails the test with what it printed."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        limit = threading.Timer(self.limit_s, self.process.kill)
        limit.start()
        try:
            self.process.stdin.write(json.dumps(question) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            limit.cancel()
        assert line, f"the driver ended, or took longer than {self.limit_s:.0f} s:\n{self._said()}"
        return json.loads(line)

    def _said(self) -> str:
        self.process.wait()
        self.errors.seek(0)
        return str(self.errors.read())


@contextmanager
def driver(bed: Bed, name: str) -> Iterator[Driver]:
    """Start one by its module's name, and see to its end."""
    command = [*bed.python, "-m", f"selftest.worker.drivers.{name}"]
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            command,
            cwd=CHECKOUT,
            env=bed.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        try:
            yield Driver(process, errors, LIMIT_S * bed.slowness)
        finally:
            process.kill()
            process.communicate()


def ask(bed: Bed, name: str, question: Any) -> Any:
    """Start a driver for one question."""
    with driver(bed, name) as one:
        return one.ask(question)
