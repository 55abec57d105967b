"""What the workloads measured, as the record holds it: a field for each check that measures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True)
class JobMeasured:
    """One job: its shards as their pods reported them, and what follows. Bytes and seconds as the names say."""

    shards: tuple[Mapping[str, Any], ...]
    images: int
    images_per_s: float
    job_wall_s: float
    slowest_work_s: float
    straggle: float
    failed_images: tuple[str, ...]


@dataclass(frozen=True)
class SpeedupMeasured:
    """One agent against all: times faster in work, in the model's own seconds and from start to end; where the rest went."""

    agents: int
    job_wall_s: float
    speedup: float
    speedup_compute: float
    speedup_wall: float
    efficiency: float
    lost_s: Mapping[str, float]


@dataclass(frozen=True)
class Measurements:
    """What was measured in a run, by its check; None where that was not."""

    synthetic: JobMeasured | None = None
    on_one: JobMeasured | None = None
    on_all: JobMeasured | None = None
    speedup: SpeedupMeasured | None = None

    @property
    def jobs(self) -> dict[str, JobMeasured]:
        """Give the jobs that ran, by their checks, in the order they are run."""
        found = {"synthetic": self.synthetic, "on_one": self.on_one, "on_all": self.on_all}
        return {check: job for check, job in found.items() if job is not None}


def measurements_of(data: Mapping[str, Mapping[str, Any] | None]) -> Measurements:
    """Make the measurements from plain data by check; raises TypeError where a check or a value is unknown or missing."""
    known = {field.name for field in fields(Measurements)}
    if set(data) - known:
        raise TypeError(f"measurements of {', '.join(sorted(set(data) - known))}: known are {', '.join(sorted(known))}")
    speedup = data.get("speedup")
    jobs = {check: JobMeasured(**_in_tuples(job)) for check, job in data.items() if job and check != "speedup"}
    return Measurements(**jobs, speedup=SpeedupMeasured(**speedup) if speedup else None)


def _in_tuples(job: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in job.items()}
