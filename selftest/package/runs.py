"""Runs of the wheel in empty folders, and what two runs must have in common."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from selftest.plugin.pytest_run import PytestRun, run_program

RUN_S = 900.0
"""One run of the suites, those on the lab too, at most."""

MEASURED = ("duration_s",)
"""Values of a finding that no two runs share."""


def run(command: Sequence[str | Path], folder: Path, **environment: str) -> PytestRun:
    """Run a command line in a folder of its own, which then holds its record."""
    return run_program(command, folder, folder, environment, RUN_S)


def said(record: Mapping[str, Any], paths: Iterable[Path] = ()) -> list[dict[str, Any]]:
    """Give each finding's suite, layer, check, node, verdict, catalogue id and words, in the order of the checks.

    What is measured is left out, and `paths` stand for themselves: they may be other ones in another run.
    """
    findings = []
    for finding in record["findings"]:
        text = json.dumps({key: value for key, value in finding.items() if key not in MEASURED}, sort_keys=True)
        for path in paths:
            text = text.replace(str(path), "PATH")
        findings.append(json.loads(text))
    return sorted(findings, key=lambda finding: (finding["suite"], finding["layer"], finding["line"], finding["node"]))
