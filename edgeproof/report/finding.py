"""What one check found on one node."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from edgeproof.files import SUITES

Outcome = Literal["passed", "failed", "accepted", "blocked", "skipped"]

LETTERS: dict[Outcome, str] = {"passed": "P", "failed": "F", "accepted": "A", "blocked": "B", "skipped": "–"}
"""One letter an outcome, as the matrix shows them."""

HEAVY = {
    "restarts": "this fix restarts a service, a pod or a board: what runs there stops for a while",
    "deletes": "this fix deletes, and what it deletes does not come back: read it before you run it",
}
"""What is said of a fix that does more than change a setting, by what it does."""

WHOLE_CLUSTER = "cluster"
"""Stands in `Finding.node` where a check judges the cluster and no single node."""


@dataclass(frozen=True)
class Finding:
    """One check on one node: how it ended, what was seen and wanted, the likely cause and the fix.

    `accepted` is the owner's reason where cluster.yaml accepts this failure.
    """

    suite: str
    layer: str
    check: str
    node: str
    outcome: Outcome
    sentence: str = ""
    why: str = ""
    seen: str = ""
    wanted: str = ""
    cause: str = ""
    fix: str = ""
    catalogue_id: str = ""
    source: str = ""
    does: str = ""
    accepted: str = ""
    duration_s: float = 0.0
    line: int = 0

    def as_data(self) -> dict[str, Any]:
        """Give the finding as plain data, for the record and for the wire between xdist's processes."""
        return asdict(self)

    @property
    def place(self) -> tuple[str, str, int]:
        """Sort key: suite by suite, layer by layer, in the order the checks are written."""
        position = SUITES.index(self.suite) if self.suite in SUITES else len(SUITES)
        return (str(position), self.layer, self.line)

    def explanation(self) -> str:
        """Say, in a few lines, what was seen and wanted, why that is likely so, and what mends it."""
        shown = (
            ("check", self.sentence),
            ("seen", self.seen),
            ("wanted", self.wanted),
            ("why", self.why),
            ("reason", self.accepted),
            ("cause", self.cause + (f"  [{self.catalogue_id}]" if self.catalogue_id else "")),
            ("fix", self.fix),
            ("beware", HEAVY.get(self.does, "") if self.fix else ""),
        )
        return "\n".join(explained(label, text) for label, text in shown if text)


def explained(label: str, text: str) -> str:
    """Set a text beside its label, escaped, its further lines under its first."""
    return f"  {label:<8}{printable(text)}".replace("\n", "\n" + " " * 10)


def printable(text: str) -> str:
    """Escape whatever could steer a terminal, for a node may print anything; line ends stay."""
    return "".join(c if c.isprintable() or c == "\n" else repr(c)[1:-1] for c in text)
