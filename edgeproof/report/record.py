"""The run record: one JSON file with a schema version, from which everything shown is made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from edgeproof.report.finding import Finding, Outcome
from edgeproof.report.measurements import Measurements

SCHEMA = "edgeproof.run/1"


@dataclass(frozen=True)
class RunRecord:
    """One run: when, on which inventory, what was simulated, what was found and measured.

    `started` is ISO 8601 with offset; `platforms` says by its name what board and release a node is, where it told;
    `gpu_way` how pods get the GPU, and whether that was declared or found out; `peers` which others each node asked for an answer.
    """

    started: str
    inventory: str
    nodes: tuple[str, ...]
    simulated: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    measurements: Measurements = field(default_factory=Measurements)
    platforms: Mapping[str, str] = field(default_factory=dict)
    gpu_way: str = ""
    peers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    schema: str = SCHEMA

    def with_outcome(self, outcome: Outcome) -> tuple[Finding, ...]:
        """Give the findings that ended so, in the order of the layers, and of the inventory's nodes."""
        rank = {name: place for place, name in enumerate(self.nodes)}
        return tuple(
            sorted(
                (finding for finding in self.findings if finding.outcome == outcome),
                key=lambda finding: (finding.place, rank.get(finding.node, len(rank))),
            )
        )


def write_record(record: RunRecord, path: Path) -> None:
    """Write the record as JSON; the file appears whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(asdict(record), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    part.replace(path)
