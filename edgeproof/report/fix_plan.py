"""All fixes of a run as one script, for a person to review and run; edgeproof itself never applies one."""

from __future__ import annotations

from itertools import groupby

from edgeproof.report.finding import printable
from edgeproof.report.record import RunRecord

HEAD = """#!/bin/sh
# Fix plan of edgeproof, {started}. Nothing here has been run.
# Read it, take out what you do not want, and run each part on the node it names.
"""


def fix_plan(record: RunRecord) -> str:
    """Write the failed checks' fixes as shell text, grouped by node; every command stands commented out."""
    failed = sorted(record.with_outcome("failed"), key=lambda finding: finding.node)
    parts = [HEAD.format(started=record.started)]
    for node, findings in groupby(failed, key=lambda finding: finding.node):
        parts.append(f"\n# ===== {node} =====")
        for finding in findings:
            cause = printable(f"{finding.check}: {finding.cause or finding.why}")
            fix = printable(finding.fix or "no known fix")
            parts.extend(f"# {line}" for line in cause.split("\n"))
            parts.extend(f"#   {line}" for line in fix.split("\n"))
    if not failed:
        parts.append("\n# Nothing to fix.")
    return "\n".join(parts) + "\n"
