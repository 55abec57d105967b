"""The fact script: run by a real shell, taken apart again, and not fooled by what a node prints."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgeproof.facts.node.probes import probes_for
from edgeproof.facts.node.sudo import SUDO, Sudo, parse_sudo
from edgeproof.facts.observed import Unobserved
from edgeproof.facts.probe import Output, Probe
from edgeproof.facts.script import compose, take_apart
from edgeproof.inventory import Inventory
from selftest.replay.cluster_folder import BASES, load_base

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


def test_what_one_stalls_is_asked_again(tmp_path: Path) -> None:
    """Where the limit of all ended before some were asked, each of these is asked by itself, and none twice that had answered."""
    count = tmp_path / "count"
    found = outputs_of(
        [
            Probe("before", f"echo x >>{count}; echo here", parse_nothing, timeout_s=0.4),
            Probe("stalls", "echo begun; sleep 20", parse_nothing, timeout_s=0.4),
            Probe("after", "set -- 1 2; echo $# there; exit 4", parse_nothing, timeout_s=0.4),
        ]
    )
    assert found["before"] == Output("here\n", "", 0)
    assert count.read_text() == "x\n"
    assert found["stalls"].timed_out
    assert found["stalls"].stdout == "begun\n"
    assert found["after"] == Output("2 there\n", "", 4)


def test_snippets_share_nothing() -> None:
    """What a snippet sets, or where it goes, is its own."""
    found = outputs_of(
        [
            Probe(
                "sets", "x=1; cd /; f() { :; }; set -e; set -f; umask 077; trap 'echo end' EXIT; false", parse_nothing
            ),
            Probe("sees", 'echo "$x$#" "$(command -v f)" "$-" $(umask); pwd >&2', parse_nothing),
        ]
    )
    assert found["sets"] == Output("end\n", "", 1)
    assert found["sees"].stdout == "0   0022\n"
    assert found["sees"].stderr != "/\n"


def test_a_refused_sudo_is_seen() -> None:
    """Root snippets that could not run have status 77, the user's are there."""
    found = outputs_of(
        [Probe("own", "echo here", parse_nothing), Probe("rooted", "id -u", parse_nothing, root=True)], "false"
    )
    assert found["own"].stdout == "here\n"
    assert found["rooted"] == Output("", "\n", 77)


def test_root_snippets_run() -> None:
    """Root snippets run where sudo works."""
    assert outputs_of([Probe("rooted", "echo root", parse_nothing, root=True)])["rooted"].stdout == "root\n"


def test_output_is_bounded() -> None:
    """A node that prints without end costs a bounded answer."""
    found = outputs_of([Probe("flood", "head -c 2000000 /dev/zero | tr '\\0' x", parse_nothing)])
    assert len(found["flood"].stdout) == 262144


WHOLE = """{mark} one {status}
{mark} two 0
==> {mark}-one.e <==

==> {mark}-one.o <==
first

==> {mark}-two.e <==

==> {mark}-two.o <==
second
{mark} end
"""
"""As head(1) prints several files: a blank line before each but the first, and what they hold as it is."""


def test_a_cut_answer_misses_what_was_cut() -> None:
    """What did not arrive is missing, not empty."""
    whole = WHOLE.format(mark=MARK, status=0)
    assert take_apart(whole, MARK) == {"one": Output("first\n", "", 0), "two": Output("second", "", 0)}
    assert set(take_apart(whole[: whole.index("second")], MARK)) == {"one"}
    assert set(take_apart(whole[: whole.index("first") + 3], MARK)) == set()


@given(status=st.text(st.characters(categories=["Nd", "No", "Lu"]), max_size=8), length=st.sampled_from([1, 700]))
def test_a_status_that_is_none(status: str, length: int) -> None:
    """The answer of a snippet whose status is no number is missing; the others' are there."""
    assert take_apart(WHOLE.format(mark=MARK, status=status * length), MARK)["two"].stdout == "second"


@pytest.mark.skipif(not shutil.which("busybox"), reason="no busybox here")
def test_busybox_prints_the_same() -> None:
    """A board's tools may be busybox's: its head names the files as GNU's does."""
    probes: list[Probe[Any]] = [
        Probe("mixed", "echo out; printf err >&2; exit 3", parse_nothing),
        Probe("none", ":", parse_nothing),
    ]
    script = f'head() {{ busybox head "$@"; }}\n{compose(probes, MARK, "env")}'
    done = subprocess.run(["busybox", "sh", "-c", script], capture_output=True, text=True, timeout=30, check=True)
    assert take_apart(done.stdout, MARK) == {"mixed": Output("out\n", "err", 3), "none": Output("", "", 0)}


STAND_IN = """#!/bin/sh
if [ "$1" = -n ]; then echo "sudo: a password is required" >&2; exit 1; fi
[ "$1" = -S ] && [ -z "$3" ] && shift 3
IFS= read -r given || { echo "sudo: no password was provided" >&2; exit 1; }
[ "$given" = right ] || { printf 'Sorry, try again.\\n\\nsudo: 1 incorrect password attempt\\n' >&2; exit 1; }
exec "$@"
"""
"""A sudo that asks for a password as the real one does: -S takes it from standard input, -n asks nobody."""

PROBES: list[Probe[Any]] = [
    SUDO,
    Probe("own", "cat; echo own", parse_nothing),
    Probe("rooted", "cat; echo root", parse_nothing, root=True),
]


def sudo_outputs(folder: Path, shell: str, sudo: str, stdin: str) -> dict[str, Output]:
    """Run the script by this shell, with the stand-in first in PATH."""
    (folder / "sudo").write_text(STAND_IN)
    (folder / "sudo").chmod(0o755)
    done = subprocess.run(
        [shell, "-c", f"PATH={folder}:$PATH\n{compose(PROBES, MARK, sudo)}"],
        capture_output=True, text=True, input=stdin, timeout=30, check=True,
    )  # fmt: skip
    return take_apart(done.stdout, MARK)


def refusal_of(output: Output) -> str:
    """Name what sudo refused for."""
    found = parse_sudo(output)
    assert not isinstance(found, Unobserved)
    return found.refusal


@pytest.mark.parametrize("shell", ["dash", "bash"])
class TestPassword:
    """The sudo password, by the shells that boards have."""

    def test_right(self, tmp_path: Path, shell: str) -> None:
        """The password reaches sudo, although the root part runs beside the script; no snippet sees it."""
        found = sudo_outputs(tmp_path, shell, "sudo -S -p ''", "right\n")
        assert found["rooted"] == Output("root\n", "", 0)
        assert found["own"] == Output("own\n", "", 0)

    def test_wrong(self, tmp_path: Path, shell: str) -> None:
        """A wrong password is known from sudo's own words."""
        found = sudo_outputs(tmp_path, shell, "sudo -S -p ''", "wrong\n")
        assert (found["rooted"].status, refusal_of(found["sudo"])) == (77, "wrong-password")
        assert found["own"].stdout == "own\n"

    def test_none(self, tmp_path: Path, shell: str) -> None:
        """Where a password is asked for and none is given, that is known, and nothing hangs."""
        assert refusal_of(sudo_outputs(tmp_path, shell, "sudo -n", "")["sudo"]) == "asks"

    def test_no_sudo(self, tmp_path: Path, shell: str) -> None:
        """A machine without sudo says so in its shell's words."""
        found = sudo_outputs(tmp_path, shell, f"{tmp_path}/gone/sudo -n", "")
        assert refusal_of(found["sudo"]) == "not-installed"

    def test_root_needs_none(self, tmp_path: Path, shell: str) -> None:
        """Who logs in as root needs no sudo."""
        assert sudo_outputs(tmp_path, shell, "", "")["rooted"].stdout == "root\n"


@pytest.mark.parametrize(
    ("stderr", "refusal"),
    [
        ("sudo: a password is required", "asks"),
        ("sudo: no tty present and no askpass program specified", "asks"),
        ("sudo: a terminal is required to read the password; either use the -S option", "asks"),
        ("sudo: interactive authentication is required", "asks"),
        ("Sorry, try again.\nsudo: no password was provided\nsudo: 1 incorrect password attempt", "wrong-password"),
        ("sudo: 3 incorrect password attempts", "wrong-password"),
        ("user is not in the sudoers file.  This incident will be reported.", "no-rights"),
        ("Sorry, user user may not run sudo on user-worker.", "no-rights"),
        ("Sorry, user user is not allowed to execute '/bin/sh -c a\nb' as root on user-worker.", "no-rights"),
        ("sudo: sorry, you must have a tty to run sudo", "requires-tty"),
        ("sh: 1: sudo: not found", "not-installed"),
        ("bash: line 1: sudo: command not found", "not-installed"),
        ("sudo: unable to resolve host user-worker: Name or service not known\nsudo: a password is required", "asks"),
        ("sudo: /usr/bin/sudo must be owned by uid 0 and have the setuid bit set", "unknown"),
        ("", "unknown"),
    ],
)
def test_words_of_sudo(stderr: str, refusal: str) -> None:
    """Each refusal is told by sudo's own words; words nobody knows are called unknown, and kept."""
    assert refusal_of(Output("", stderr, 77)) == refusal


def test_a_refused_command_is_not_repeated() -> None:
    """Sudo's words may hold the whole script: it is left out."""
    found = parse_sudo(Output("", "Sorry, user user is not allowed to execute '/bin/sh -c SCRIPT' as root on x.", 77))
    assert isinstance(found, Sudo)
    assert found.said == "Sorry, user user is not allowed to execute this"


MOST_BYTES = 131072
"""The longest single argument that Linux takes (execve(2), MAX_ARG_STRLEN), and sshd gives the script to a shell as one."""


@pytest.mark.parametrize("base", ["nano", "orin", "mixed"])
@pytest.mark.parametrize("shell", ["dash", "bash"])
def test_what_is_asked_of_a_node(base: str, shell: str) -> None:
    """Every snippet is whole: one that were not would take the others with it. The script is one argument, with room to spare."""
    inventory = Inventory.model_validate(load_base(BASES / base).inventory)
    for node in inventory.nodes.values():
        probes = probes_for(inventory, node)
        for probe in probes:
            done = subprocess.run([shell, "-n", "-c", probe.snippet], capture_output=True, text=True, timeout=30)
            assert (done.returncode, done.stderr) == (0, ""), probe.name
        assert len(compose(probes, MARK, "sudo -n").encode()) < MOST_BYTES * 3 / 4
