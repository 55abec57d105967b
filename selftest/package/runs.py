"""Runs of a suite that can be compared: what was found, without what is another each time."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RUN_S = 900.0
"""One run of the suites, at most."""

MEASURED = ("duration_s",)
"""Values of a finding that no two runs share."""


@dataclass(frozen=True)
class Run:
    """How a run ended: its exit status, all it printed, its record ({} where it wrote none)."""

    status: int
    text: str
    record: dict[str, Any]

    def said(self, paths: Iterable[Path] = ()) -> list[dict[str, Any]]:
        """Give each finding's suite, layer, check, node, verdict, catalogue id and words, in the order of the checks.

        What is measured is left out, and `paths` stand for themselves: they may be other ones in another run.
        """
        findings = []
        for finding in self.record["findings"]:
            text = json.dumps({key: value for key, value in finding.items() if key not in MEASURED}, sort_keys=True)
            for path in paths:
                text = text.replace(str(path), "PATH")
            findings.append(json.loads(text))
        return sorted(
            findings, key=lambda finding: (finding["suite"], finding["layer"], finding["line"], finding["node"])
        )


def run(command: Sequence[str | Path], folder: Path, **environment: str) -> Run:
    """Run a command line in an empty folder, which then holds its record, in the environment of an account just made."""
    folder.mkdir(parents=True, exist_ok=True)
    record = folder / "run.json"
    record.unlink(missing_ok=True)
    dropped = ("PYTEST_", "EDGEPROOF_", "KUBECONFIG", "SSH_AUTH_SOCK", "PYTHONPATH")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    done = subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        env=kept | {"HOME": str(folder)} | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=RUN_S,
        check=False,
    )
    found = json.loads(record.read_text(encoding="utf-8")) if record.exists() else {}
    return Run(done.returncode, done.stdout + done.stderr, found)
