"""Failures that cluster.yaml accepts: shown as accepted while they last, and told where they have ended or are not needed."""

from __future__ import annotations

import difflib
from dataclasses import replace
from datetime import date

from edgeproof.diagnose import advised_checks
from edgeproof.errors import InventoryError
from edgeproof.inventory import Inventory, Waiver
from edgeproof.report.finding import Finding


def refuse_unknown_checks(inventory: Inventory) -> None:
    """Raise InventoryError where a waiver names a check that there is not: it would wait for it for ever."""
    known = sorted({check for _, check in advised_checks()})
    for waiver in inventory.accept:
        if waiver.check not in known:
            near = difflib.get_close_matches(waiver.check, known, n=1, cutoff=0.5)
            meant = f"; did you mean {near[0]}?" if near else ""
            raise InventoryError(
                f"accept: there is no check {waiver.check}{meant}", "name checks as the matrix shows them"
            )


def judged(finding: Finding, waiver: Waiver | None) -> Finding:
    """Give the finding as the waiver of its check and node makes it.

    A failure is accepted, unless the waiver has ended; a check that passed needs no waiver, and that is a failure;
    what was blocked or is not applicable is not judged.
    """
    if waiver is None or finding.outcome not in ("failed", "passed"):
        return finding
    if finding.outcome == "passed":
        return replace(
            finding,
            outcome="failed",
            why="it passes, but cluster.yaml accepts its failure",
            cause=f"the accepted failure no longer occurs ({waiver.reason})",
            fix=f"remove {waiver.check} of {finding.node} from accept: in cluster.yaml",
            does="changes",
        )
    if waiver.has_ended(date.today()):
        ended = f"cluster.yaml accepted it until {waiver.until}: {waiver.reason}"
        return replace(finding, why=f"{finding.why}\n{ended}".strip())
    until = f" (until {waiver.until})" if waiver.until else ""
    return replace(finding, outcome="accepted", accepted=waiver.reason + until)
