"""Runs the worker as a pod runs it, a process of its own, and reads its record."""

from __future__ import annotations

import shlex
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgeproof.errors import WorkloadError
from edgeproof.measure.shard_record import find_record
from lab.places import CHECKOUT

RUN_S = 900.0
"""One run of the worker, at most."""


@dataclass(frozen=True)
class Runs:
    """Several runs of the worker over the same images; what is given is the median run, by its rate."""

    records: tuple[dict[str, Any], ...]

    @property
    def record(self) -> dict[str, Any]:
        """The median run's record."""
        return sorted(self.records, key=lambda record: record["images_per_s"])[len(self.records) // 2]

    @property
    def rates(self) -> list[float]:
        """Every run's images/s, start-up left out."""
        return [float(record["images_per_s"]) for record in self.records]

    @property
    def images_per_s(self) -> float:
        """The median rate, start-up left out."""
        return statistics.median(self.rates)

    @property
    def spread(self) -> float:
        """The fastest rate over the slowest."""
        return max(self.rates) / (min(self.rates) or 1.0)


def worker(folder: Path, *arguments: str, times: int = 1) -> Runs:
    """Run the worker on a folder; raises RuntimeError with its last words when it gives no record."""
    command = [sys.executable, "-m", "worker", "--source", str(folder), *arguments]
    return Runs(tuple(_once(command) for _ in range(times)))


def _once(command: list[str]) -> dict[str, Any]:
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=RUN_S, check=False)
    try:
        return find_record(done.stdout)
    except WorkloadError:
        text = f"{shlex.join(command)} ended with {done.returncode} and no record:\n{done.stderr[-2000:]}"
        raise RuntimeError(text) from None
