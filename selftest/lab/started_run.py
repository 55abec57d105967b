"""A run of the suites that goes on while something is done to the cluster, once a job's pods are at work."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from lab.lab import Lab
from lab.places import CHECKOUT
from lab.waiting import await_condition
from selftest.lab.suite_run import RUN_S, SuiteRun, command, environment, read_record

VERDICT_S = 150.0
"""From the blow to the run's end: 40 s until Kubernetes calls a node lost, and what is made must be removed."""


class Started:
    """A run of tests_workload that goes on in the background."""

    def __init__(self, process: subprocess.Popen[bytes], output: IO[bytes], record: Path) -> None:
        self.process, self.output, self.record = process, output, record

    def ended(self) -> SuiteRun:
        """Wait for its end, which comes in bounded time."""
        status = self.process.wait(VERDICT_S)
        self.output.seek(0)
        return SuiteRun(status, self.output.read().decode(), read_record(self.record))


@contextmanager
def started(lab: Lab, pod_of: str, *arguments: str) -> Iterator[Started]:
    """Start a run, and wait until a pod of that job works on every agent."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as output:
        record = Path(folder) / "run.json"
        process = subprocess.Popen(
            command(lab, *arguments, record=record), cwd=CHECKOUT, env=environment(), stdout=output, stderr=output
        )
        try:
            running = f"k3s kubectl get pods -A -l job-name={pod_of} --field-selector status.phase=Running -o name"
            await_condition(
                f"pods of {pod_of}",
                RUN_S,
                lambda: len(lab.server.run(running, check=False).stdout.split()) == len(lab.agents),
            )
            yield Started(process, output, record)
        finally:
            process.kill()
            process.wait()
