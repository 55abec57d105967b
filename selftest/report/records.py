"""Run records from sample files, and what is printed of them."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

from rich.console import Console

from edgeproof.report import Finding, RunRecord, measurements_of, print_matrix

SAMPLES = Path(__file__).parents[1] / "samples" / "records"
NAMES = sorted(file.stem for file in SAMPLES.glob("*.json"))
WIDTH = 160


def sample(name: str) -> RunRecord:
    """Load a sample record."""
    return load(SAMPLES / f"{name}.json")


def load(file: Path) -> RunRecord:
    """Load a record from its file."""
    data = json.loads(file.read_text(encoding="utf-8"))
    findings = tuple(Finding(**finding) for finding in data.pop("findings"))
    nodes, simulated = tuple(data.pop("nodes")), tuple(data.pop("simulated", ()))
    measurements = measurements_of(data.pop("measurements", {}))
    peers = {name: tuple(asked) for name, asked in data.pop("peers", {}).items()}
    return RunRecord(
        **data, measurements=measurements, nodes=nodes, simulated=simulated, findings=findings, peers=peers
    )


def printed(name: str) -> str:
    """Print a sample record's matrix as into a file."""
    text = StringIO()
    print_matrix(sample(name), Console(file=text, width=WIDTH))
    return text.getvalue()


def rows(text: str) -> dict[str, list[str]]:
    """Take the matrix's table apart: each check's letters, and the columns' names under `check`."""
    lines = [line.replace("┃", "│").split("│") for line in text.splitlines() if "│" in line or "┃" in line]
    return {cells[1].strip(): [cell.strip() for cell in cells[2:]] for cells in lines}


def unprintable(text: str) -> list[str]:
    """Name the characters that could steer a terminal."""
    return [repr(character) for character in text if not character.isprintable() and character != "\n"]
