"""Turns each check's conditions round and takes them away, one at a time, and plays the check's cases: each change must be noticed.

    python -m selftest.mutation [CHECK …]     # as root; all checks: some ten minutes on two cores

One line a change; exit status 1 where no case noticed one. It works in copies of the checkout, which it removes.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from selftest.house.test_planted import checkout_files
from selftest.mutation.conditions import CHANGES, conditions
from selftest.mutation.played import Cases, noticed_by
from selftest.replay.namespaces import why_not
from selftest.replay.players import Player
from selftest.replay.stage import CHECKOUT

IS_COPY = ".copy-to-be-changed"
"""Stands in a copy alone: nothing else is ever changed."""


BY_ERROR = ("image_on_every_agent",)
"""Checks whose one condition follows from what it reads, which raises what did not work: no case can miss it when it is taken away."""


def in_copy(part: int, parts: int, checks: list[str]) -> int:
    """Go through every PARTS-th change, beginning with PART, in this copy; give 1 where one went unnoticed."""
    if not (CHECKOUT / IS_COPY).exists():
        raise SystemExit(f"{CHECKOUT} is no copy: run python -m selftest.mutation")
    changes = [
        (condition, change)
        for condition in conditions(CHECKOUT)
        if not checks or condition.check in checks
        for change in CHANGES
        if change == "turned round" or condition.check not in BY_ERROR
    ]
    cases, unnoticed = Cases(), 0
    with tempfile.TemporaryDirectory() as folder, Player(Path(folder), compiled=False) as player:
        for condition, change in changes[part::parts]:
            case = noticed_by(condition, change, CHECKOUT, cases, player)
            unnoticed += not case
            noticed = f"noticed by {case}" if case else "NOT NOTICED"
            print(f"{condition.file}:{condition.line} {condition.check} {change}: {noticed}", flush=True)
    return int(bool(unnoticed))


def make_copy(folder: Path) -> Path:
    """Copy what git tracks or would track."""
    for file in checkout_files():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(CHECKOUT / file, folder / file)
    (folder / IS_COPY).touch()
    return folder


def main() -> int:
    """Make the copies, one a process, and wait for all."""
    parser = argparse.ArgumentParser(prog="python -m selftest.mutation", description=__doc__.splitlines()[0])
    parser.add_argument("checks", nargs="*", metavar="CHECK")
    parser.add_argument("--part", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--parts", type=int, default=1, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if reason := why_not():
        parser.error(reason)
    if given.part is not None:
        return in_copy(given.part, given.parts, given.checks)
    parts = os.cpu_count() or 1
    with tempfile.TemporaryDirectory(prefix="mutation-") as work:
        running = []
        for part in range(parts):
            command = [
                sys.executable,
                "-m",
                "selftest.mutation",
                *given.checks,
                "--part",
                str(part),
                "--parts",
                str(parts),
            ]
            running.append(subprocess.Popen(command, cwd=make_copy(Path(work) / f"{part}")))
        return max(process.wait() for process in running)


if __name__ == "__main__":
    sys.exit(main())
