"""What the workloads measured: a row a run, then the speedup and where the rest of the time went."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from edgeproof.report.finding import printable
from edgeproof.report.measurements import JobMeasured
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
    jobs = record.measurements.jobs
    parts: list[RenderableType] = [Text(), _table(jobs)] if jobs else []
    parts += [Text("\n" + line) for line in _speedup(record)]
    slower = _fallbacks(jobs)
    return parts + ([Text("\n" + "\n".join(slower))] if slower else [])


def _fallbacks(jobs: Mapping[str, JobMeasured]) -> list[str]:
    """Say what the workers did the slow way, on which nodes, why, and what that costs where it was measured."""
    nodes: dict[str, list[str]] = {}
    for job in jobs.values():
        for shard in job.shards:
            for fallback in shard.get("fallbacks") or []:
                costs = f"; it costs {fallback['costs']}" if fallback.get("costs") else ""
                nodes.setdefault(f"{fallback['piece']} ({fallback['why']}){costs}", []).append(str(shard.get("node")))
    return [
        f"slower than it could be on {', '.join(sorted(set(where)))}, without: {printable(what)}"
        for what, where in nodes.items()
    ]


def _table(jobs: Mapping[str, JobMeasured]) -> Table:
    table = Table(show_edge=False, pad_edge=False)
    table.add_column("workload", no_wrap=True)
    for name in ("agents", "images", "failed", "work s", "images/s", "job s"):
        table.add_column(name, justify="right", no_wrap=True)
    for check, job in jobs.items():
        table.add_row(TITLES[check], *_cells(job))
    return table


def _cells(job: JobMeasured) -> tuple[str, ...]:
    return (
        str(len(job.shards)),
        str(job.images),
        str(len(job.failed_images)),
        f"{job.slowest_work_s:.1f}",
        f"{job.images_per_s:.2f}",
        f"{job.job_wall_s:.1f}",
    )


def _speedup(record: RunRecord) -> list[str]:
    found = record.measurements.speedup
    if found is None:
        skipped = [finding for finding in record.with_outcome("skipped") if finding.check == "speedup"]
        return [f"speedup: not applicable: {printable(finding.why)}" for finding in skipped]
    lost = "\n".join(f"  {seconds:7.1f} s  {LOST.get(name, name)}" for name, seconds in found.lost_s.items())
    return [
        f"speedup: {found.speedup:.2f} times with {found.agents} agents (efficiency {100 * found.efficiency:.0f} %); "
        f"{found.speedup_compute:.2f} in the model's own seconds; {found.speedup_wall:.2f} from start to end of the job\n"
        f"the job's {found.job_wall_s:.1f} s on all agents went to:\n{lost}"
    ]
