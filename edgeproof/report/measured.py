"""What the workloads measured: a row a run, then the speedup and where the rest of the time went."""

from __future__ import annotations

from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from edgeproof.report.record import RunRecord

TITLES = {
    "synthetic": "I: synthetic images",
    "on_one": "II: NFS images, one agent",
    "on_all": "II: NFS images, all agents",
}
LOST = {
    "ideal_work": "an even share of one agent's work",
    "uneven_or_slower_work": "uneven or slower work",
    "start_up_in_pod": "start-up in the pod (imports, model, warm-up)",
    "scheduling_and_pod_start": "scheduling and pod start",
}


def measured(record: RunRecord) -> list[RenderableType]:
    """Make the parts to print; none where no workload has run."""
    if not record.measurements:
        return []
    table = Table(show_edge=False, pad_edge=False)
    table.add_column("workload", no_wrap=True)
    for name in ("agents", "images", "failed", "work s", "images/s", "job s"):
        table.add_column(name, justify="right", no_wrap=True)
    for check, found in record.measurements.items():
        table.add_row(TITLES.get(check, check), *_cells(found))
    parts: list[RenderableType] = [Text(), table]
    for found in record.measurements.values():
        parts += [Text("\n" + line) for line in _speedup(found)]
    return parts


def _cells(found: dict[str, Any]) -> tuple[str, ...]:
    return (
        str(len(found["shards"])),
        str(found["images"]),
        str(len(found["failed_images"])),
        f"{found['slowest_work_s']:.1f}",
        f"{found['images_per_s']:.2f}",
        f"{found['job_wall_s']:.1f}",
    )


def _speedup(found: dict[str, Any]) -> list[str]:
    speedup = found.get("speedup")
    if speedup is None:
        return []
    if isinstance(speedup, str):
        return [f"speedup: {speedup}"]
    agents = len(found["shards"])
    lost = "\n".join(f"  {seconds:7.1f} s  {LOST.get(name, name)}" for name, seconds in found["lost_s"].items())
    return [
        f"speedup: {speedup:.2f} times with {agents} agents (efficiency {100 * found['efficiency']:.0f} %); "
        f"{found['speedup_compute']:.2f} in the model's own seconds; {found['speedup_wall']:.2f} from start to end of the job\n"
        f"the job's {found['job_wall_s']:.1f} s on all agents went to:\n{lost}"
    ]
