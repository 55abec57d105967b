"""Plays cases from the command line: `python -m selftest.replay CASE.yaml …`; all that pytest printed is shown with -v.

`--table` lists all cases instead: what each expects, and the public report it is from. `--record NODE --into FOLDER` writes down what one
node of a case prints, as `edgeproof record` does of a board: a file of samples, made to the form that the case gives.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from selftest.replay.case import Case, Names, case_files, load_case
from selftest.replay.judge import judge
from selftest.replay.namespaces import why_not
from selftest.replay.players import Player


def table() -> Iterator[str]:
    """Give the table of all cases, line by line."""
    yield "| case | base | expected | source |"
    yield "|---|---|---|---|"
    for file in case_files():
        case = load_case(file)
        yield f"| {case.name} | {case.base} | {expected(case)} | {case.source} |"


def expected(case: Case) -> str:
    """Say in a few words how a case must end."""
    failing = [
        f"{_words(entry.check)} on {_words(entry.node)}{f' [{entry.id}]' if entry.id else ''}"
        for entry in case.verdict.fails
    ]
    if failing:
        return f"fails: {'; '.join(failing)}"
    if case.verdict.blocked:
        return f"blocked: {'; '.join(_words(entry.check) for entry in case.verdict.blocked)}"
    return "healthy" if case.verdict.status == 0 else f"refused with exit status {case.verdict.status}"


def _words(names: Names) -> str:
    return names if isinstance(names, str) else ", ".join(names)


def record(case: Case, node: str, into: Path, player: Player) -> tuple[Path, ...]:
    """Write what a node of the case prints into a file of samples, and say in it where that is from; none where it did not work."""
    before = set(into.glob("*.yaml"))
    played = player.play(case.cluster(), ("edgeproof", "record", node, f"--into={into.resolve()}"))
    made = tuple(sorted(set(into.glob("*.yaml")) - before))
    for file in made:
        text = re.sub(r"^source: .*$", f"source: {case.source}", file.read_text(encoding="utf-8"), count=1, flags=re.M)
        file.write_text(re.sub(r"^origin: .*$", "origin: made", text, count=1, flags=re.M), encoding="utf-8")
    if not made:
        sys.stderr.write(played.text or played.broke)
    return made


def main() -> int:
    """Play each case; give 1 where a verdict differs, or nothing was recorded."""
    parser = argparse.ArgumentParser(prog="python -m selftest.replay", description=__doc__.splitlines()[0])
    parser.add_argument("cases", nargs="*", type=Path, metavar="CASE.yaml")
    parser.add_argument("--table", action="store_true", help="list all cases, their verdicts and sources, as Markdown")
    parser.add_argument("-v", "--verbose", action="store_true", help="show all that pytest printed")
    parser.add_argument("--record", metavar="NODE", help="write down what this node of the case prints; with --into")
    parser.add_argument(
        "--into", type=Path, metavar="FOLDER", help="where the file of samples goes: selftest/samples/boards"
    )
    given = parser.parse_args()
    if (given.record is None) != (given.into is None):
        parser.error("--record NODE and --into FOLDER go together")
    if given.table:
        sys.stdout.writelines(f"{line}\n" for line in table())
        return 0
    if reason := why_not():
        parser.error(reason)
    differ = False
    with tempfile.TemporaryDirectory() as folder, Player(Path(folder)) as player:
        for file in given.cases:
            case = load_case(file)
            if given.record:
                files = record(case, given.record, given.into, player)
                differ = differ or not files
                sys.stdout.writelines(f"{made}\n" for made in files)
                continue
            played, lines = judge(case, player)
            differ = differ or bool(lines)
            if given.verbose:
                sys.stdout.write(played.text)
            sys.stdout.write(f"{case.name}: {'as expected' if not lines else 'differs'}, {played.cpu_s:.1f} CPU s\n")
            sys.stdout.writelines(f"  {line}\n" for line in lines)
    return int(differ)


if __name__ == "__main__":
    sys.exit(main())
