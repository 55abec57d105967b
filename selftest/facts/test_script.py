"""The fact script: run by a real shell, taken apart again, and not fooled by what a node prints."""

from __future__ import annotations

import subprocess
from typing import Any

from edgeproof.facts.probe import Output, Probe
from edgeproof.facts.script import compose, take_apart

MARK = "edgeproof-0123456789abcdef"


def parse_nothing(output: Output) -> str:
    """Give the text back."""
    return output.stdout


def outputs_of(probes: list[Probe[Any]], sudo: str = "env") -> dict[str, Output]:
    """Run the script of these probes here; `env` stands for a sudo that works, `false` for one that does not."""
    done = subprocess.run(
        ["sh", "-c", compose(probes, MARK, sudo)], capture_output=True, text=True, timeout=30, check=True
    )
    return take_apart(done.stdout, MARK)


def test_streams_and_status_are_kept_apart() -> None:
    """Each snippet's stdout, stderr and exit status come back as they were."""
    found = outputs_of([Probe("mixed", "echo out; echo err >&2; exit 3", parse_nothing)])
    assert found["mixed"] == Output("out\n", "err\n", 3)


def test_quotes_survive() -> None:
    """A snippet may hold any quotes."""
    found = outputs_of([Probe("quoted", 'printf \'%s\' "it\'s \\"so\\""', parse_nothing)])
    assert found["quoted"].stdout == 'it\'s "so"'


def test_a_snippet_cannot_stall_the_others() -> None:
    """A snippet over its limit is ended, and the others are there."""
    found = outputs_of(
        [Probe("slow", "sleep 20", parse_nothing, timeout_s=0.3), Probe("quick", "echo here", parse_nothing)]
    )
    assert found["slow"].timed_out
    assert found["quick"].stdout == "here\n"


def test_a_refused_sudo_is_seen() -> None:
    """Root snippets that could not run have status 77, the user's are there."""
    found = outputs_of(
        [Probe("own", "echo here", parse_nothing), Probe("rooted", "id -u", parse_nothing, root=True)], "false"
    )
    assert found["own"].stdout == "here\n"
    assert found["rooted"] == Output("", "", 77)


def test_root_snippets_run() -> None:
    """Root snippets run where sudo works."""
    assert outputs_of([Probe("rooted", "echo root", parse_nothing, root=True)])["rooted"].stdout == "root\n"


def test_output_is_bounded() -> None:
    """A node that prints without end costs a bounded answer."""
    found = outputs_of([Probe("flood", "head -c 2000000 /dev/zero | tr '\\0' x", parse_nothing)])
    assert len(found["flood"].stdout) == 262144


def test_a_cut_answer_misses_what_was_cut() -> None:
    """What did not arrive is missing, not empty."""
    whole = f"{MARK} one 0\nfirst\n{MARK} stderr\n\n{MARK} two 0\nsecond\n{MARK} stderr\n\n{MARK} end\n"
    assert set(take_apart(whole, MARK)) == {"one", "two"}
    assert set(take_apart(whole[: whole.index("second")], MARK)) == {"one"}
