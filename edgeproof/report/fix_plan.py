"""All fixes of a run as one script, for a person to review and run; edgeproof itself never applies one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from edgeproof.report.finding import Finding, printable
from edgeproof.report.record import RunRecord

HEAD = """#!/bin/sh
# Fix plan of edgeproof, {started}. Nothing here has been run.
# Read it, take out what you do not want, and run each part on the node it names.
"""

PARTS = {
    "reads": "looks only, and changes nothing",
    "changes": "changes settings",
    "restarts": "restarts services, pods or boards: what runs there stops for a while",
    "deletes": "WARNING: deletes, and what is deleted does not come back",
}
"""The parts of a node's plan, by what the fixes in them do, the lightest first."""

UNSAID = "changes"
"""Where a fix that does not say what it does is put: a record may be older than `does`."""


def fix_plan(record: RunRecord) -> str:
    """Write the failed checks' fixes as shell text, by node and by what they do; every command stands commented out."""
    failed = sorted(record.with_outcome("failed"), key=lambda finding: (finding.node, _rank(finding)))
    parts = [HEAD.format(started=record.started)]
    for node, of_node in groupby(failed, key=lambda finding: finding.node):
        parts.append(f"\n# ===== {node} =====")
        for does, findings in groupby(of_node, key=_does):
            parts.append(f"# --- {does}: {PARTS[does]}")
            parts.extend(_commented(findings))
    if not failed:
        parts.append("\n# Nothing to fix.")
    return "\n".join(parts) + "\n"


def _does(finding: Finding) -> str:
    return finding.does if finding.does in PARTS else UNSAID if finding.fix else "reads"


def _rank(finding: Finding) -> int:
    return list(PARTS).index(_does(finding))


def _commented(findings: Iterable[Finding]) -> Iterator[str]:
    for finding in findings:
        cause = printable(f"{finding.check}: {finding.cause or finding.why}")
        fix = printable(finding.fix or "no known fix")
        yield from (f"# {line}" for line in cause.split("\n"))
        yield from (f"#   {line}" for line in fix.split("\n"))
