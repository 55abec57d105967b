"""Plays cases from the command line: `python -m selftest.replay CASE.yaml …`; all that pytest printed is shown with -v."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from selftest.replay.case import load_case
from selftest.replay.judge import judge
from selftest.replay.namespaces import why_not
from selftest.replay.players import Player


def main() -> int:
    """Play each case; give 1 where a verdict differs."""
    parser = argparse.ArgumentParser(prog="python -m selftest.replay", description=__doc__)
    parser.add_argument("cases", nargs="+", type=Path, metavar="CASE.yaml")
    parser.add_argument("-v", "--verbose", action="store_true", help="show all that pytest printed")
    given = parser.parse_args()
    if reason := why_not():
        parser.error(reason)
    differ = False
    with tempfile.TemporaryDirectory() as folder, Player(Path(folder)) as player:
        for file in given.cases:
            case = load_case(file)
            played, lines = judge(case, player)
            differ = differ or bool(lines)
            if given.verbose:
                sys.stdout.write(played.text)
            sys.stdout.write(f"{case.name}: {'as expected' if not lines else 'differs'}, {played.cpu_s:.1f} CPU s\n")
            sys.stdout.writelines(f"  {line}\n" for line in lines)
    return int(differ)


if __name__ == "__main__":
    sys.exit(main())
