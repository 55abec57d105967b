"""Each line that a program is known to print is told from one that resembles it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from edgeproof.diagnose import catalogue
from edgeproof.diagnose.known_lines import known_lines, meaning_of

SAMPLES: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("known_lines.yaml").read_text())
OF_CONTAINERS = "container"
"""Their samples are those of selftest/plugin/test_pod_end.py, and its unknown words the near miss."""


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: f"{sample['program']}-{sample['id']}")
def test_line_and_near_miss(sample: dict[str, Any]) -> None:
    """The line means its row; the one that resembles it means none."""
    assert meaning_of(sample["program"], sample["line"]) == sample["id"]
    assert meaning_of(sample["program"], sample["near"]) == ""


def test_every_line_has_samples() -> None:
    """Each program of each line has one."""
    wanted = {(program, line.id) for line in known_lines() for program in line.program if program != OF_CONTAINERS}
    assert wanted == {(sample["program"], sample["id"]) for sample in SAMPLES}


@pytest.mark.parametrize("row", sorted({line.id for line in known_lines()}))
def test_row_and_source(row: str) -> None:
    """Each row is in the catalogue, and each line says where it was reported."""
    assert catalogue(row, node="n", server="s").fix
    assert all(line.source for line in known_lines() if line.id == row)
