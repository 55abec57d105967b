"""The terminal's verdict: layers down, nodes across, and under it each failure's cause and fix."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from edgeproof.report.finding import LETTERS, WHOLE_CLUSTER, Finding, Outcome, explained, printable
from edgeproof.report.measured import measured
from edgeproof.report.record import RunRecord

STYLES: dict[Outcome, str] = {
    "passed": "green",
    "failed": "bold red",
    "accepted": "cyan",
    "blocked": "yellow",
    "skipped": "dim",
}
WORST_FIRST: tuple[Outcome, ...] = ("failed", "blocked", "accepted", "passed", "skipped")
LEGEND = "P passed   F failed   A failed, accepted by cluster.yaml   B blocked: could not be observed   – not applicable   (blank) not run"


def print_matrix(record: RunRecord, console: Console) -> None:
    """Print head, matrix, measurements, failures and blocked findings of `record`."""
    console.print()
    if record.simulated:
        said = printable(f"simulated: {', '.join(record.simulated)}")
        console.print(Text(said, style="bold magenta"))
    for line in _platforms(record):
        console.print(Text(line), soft_wrap=True)
    console.print(_table(record))
    console.print(Text(LEGEND, style="dim"))
    for part in measured(record) + _failures(record) + _blocked(record):
        console.print(part, soft_wrap=True)
    console.print(_verdict(record))


def _platforms(record: RunRecord) -> list[str]:
    """Say what each node is, nodes that are the same together, and how pods get the GPU."""
    alike: dict[str, list[str]] = {}
    for name, platform in record.platforms.items():
        alike.setdefault(platform, []).append(name)
    said = [printable(f"{', '.join(names)}: {platform}") for platform, names in alike.items()]
    return said + ([printable(f"way to the GPU: {record.gpu_way}")] if record.gpu_way else []) + _peers(record)


def _peers(record: RunRecord) -> list[str]:
    """Say that not every pair of nodes was asked, where that is so."""
    asked, pairs = sum(map(len, record.peers.values())), len(record.peers) * (len(record.nodes) - 1)
    return (
        [] if asked == pairs else [f"peers: {asked} of {pairs} pairs of nodes were asked; which, is in the run record"]
    )


def _columns(record: RunRecord) -> list[str]:
    judged = {finding.node for finding in record.findings}
    return [name for name in (*record.nodes, WHOLE_CLUSTER) if name in judged]


def _table(record: RunRecord) -> Table:
    table = Table(title=None, show_edge=False, pad_edge=False)
    table.add_column("layer", no_wrap=True)
    table.add_column("check", no_wrap=True)
    columns = _columns(record)
    for name in columns:
        table.add_column(name, justify="center", no_wrap=True)
    ordered = sorted(record.findings, key=lambda finding: finding.place)
    for (_, layer), of_layer in groupby(ordered, key=lambda finding: (finding.suite, finding.layer)):
        label = layer
        for check, of_check in groupby(of_layer, key=lambda finding: finding.check):
            found = list(of_check)
            table.add_row(label, check, *(_cell([f for f in found if f.node == name]) for name in columns))
            label = ""
        table.add_section()
    return table


def _cell(findings: Sequence[Finding]) -> Text:
    """Show the worst of several findings; nothing where the check was not run."""
    if not findings:
        return Text()
    worst = min((finding.outcome for finding in findings), key=WORST_FIRST.index)
    return Text(LETTERS[worst], style=STYLES[worst])


def _failures(record: RunRecord) -> list[RenderableType]:
    return [_explained(finding) for finding in (*record.with_outcome("accepted"), *record.with_outcome("failed"))]


def _explained(finding: Finding) -> RenderableType:
    letter = (f"{LETTERS[finding.outcome]} ", STYLES[finding.outcome])
    head = Text.assemble("\n", letter, (f"{finding.node} · {finding.check}", "bold"))
    return Group(head, Text(finding.explanation()))


def _blocked(record: RunRecord) -> list[RenderableType]:
    """One line a node and reason: what is blocked by the same cause stands together."""
    parts: list[RenderableType] = []
    blocked = sorted(record.with_outcome("blocked"), key=lambda finding: (finding.node, finding.why))
    for (node, why), findings in groupby(blocked, key=lambda finding: (finding.node, finding.why)):
        checks = ", ".join(finding.check for finding in findings)
        head = Text.assemble("\n", ("B ", STYLES["blocked"]), (f"{node} · {checks}", "bold"))
        parts.append(Group(head, Text(explained("why", why))))
    return parts


def _verdict(record: RunRecord) -> Text:
    counts = {outcome: len(record.with_outcome(outcome)) for outcome in WORST_FIRST}
    said = ", ".join(f"{count} {outcome}" for outcome, count in counts.items() if count)
    healthy = not counts["failed"] and not counts["blocked"]
    return Text(f"\nverdict: {said or 'nothing was checked'}", style="bold green" if healthy else "bold red")
