"""All snippets of a node as one script for one connection, and its output taken apart again."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from edgeproof import limits
from edgeproof.facts.probe import Output, Probe

STDOUT_BYTES = 262144
STDERR_BYTES = 8192
REFUSAL_BYTES = 2000
NO_SUDO = 77
"""Exit status that root snippets get where they could not run."""

NEEDS_ROOT = "needs root, and sudo does not work (see the check sudo)"
"""Why what they would have told is unobserved."""

_PRINT = """tell() {{
s=; read -r s 2>/dev/null <$d/$1.s; echo "{mark} $1 $s"
[ -s $d/$1.o ] && head -c {stdout} $d/$1.o; echo; echo "{mark} stderr"
[ -s $d/$1.e ] && head -c {stderr} $d/$1.e; echo
}}"""
"""A process costs a slow board milliseconds: the shell reads what it can itself."""


def compose(probes: Sequence[Probe[object]], mark: str, sudo: str, first: str = "") -> str:
    """Write the script: every snippet under its own time limit, its output between lines that hold `mark`.

    `mark` is unguessable, so nothing a node prints can pass for it. `sudo` is the command that runs the root
    snippets, all in one, and has the script's standard input; where it fails their status is NO_SUDO, and their
    stderr what it said. `first` is a folder that comes first in PATH.
    """
    own = [probe for probe in probes if not probe.root]
    root = [probe for probe in probes if probe.root]
    names = " ".join(probe.name for probe in root)
    said = f"w=$(head -c {REFUSAL_BYTES} $d/refused)"
    missing = f'{said}; for n in {names}; do : > $d/$n.o; echo "$w" > $d/$n.e; echo {NO_SUDO} > $d/$n.s; done'
    as_root = f"{sudo} sh -c {shlex.quote(_body(root, first=first))} sh $d >/dev/null 2>$d/refused && : > $d/root"
    return "\n".join(
        (
            "LC_ALL=C; export LC_ALL; umask 077; d=$(mktemp -d) || exit 1; trap 'rm -rf \"$d\"' EXIT; exec 3<&0 </dev/null",
            # Without a redirection of its own, what runs beside the shell reads /dev/null (POSIX, 2.9.3.1).
            f"{{ {as_root}; }} <&3 &" if root else "",
            "exec 3<&-",
            _body(own, folder="$d", first=first),
            f"wait; [ -e $d/root ] || {{ {missing}; }}" if root else "wait",
            _PRINT.format(mark=mark, stdout=STDOUT_BYTES, stderr=STDERR_BYTES),
            *(f"tell {probe.name}" for probe in probes),
            f"echo {mark} end",
        )
    )


def _body(probes: Sequence[Probe[object]], folder: str = "$1", first: str = "") -> str:
    slow = [_run(probe, folder) + " &" for probe in probes if probe.timeout_s > limits.SLOW_SNIPPET_S]
    quick = [_run(probe, folder) for probe in probes if probe.timeout_s <= limits.SLOW_SNIPPET_S]
    before = f"{shlex.quote(first)}:" if first else ""
    path = f"umask 022; PATH={before}$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/sbin; export PATH; LC_ALL=C; export LC_ALL"
    return "\n".join((path, *slow, *quick, "wait"))


def _run(probe: Probe[object], folder: str) -> str:
    place = f"{folder}/{probe.name}"
    limit = f"timeout -k {limits.KILL_S:g} {probe.timeout_s:g}"
    return f"{{ {limit} sh -c {shlex.quote(probe.snippet)} >{place}.o 2>{place}.e </dev/null; echo $? >{place}.s; }}"


def take_apart(text: str, mark: str) -> dict[str, Output]:
    """Give each snippet's output by its name; what was cut off is missing."""
    outputs = {}
    pattern = re.compile(rf"^{mark} (\w+) ([0-9]{{0,3}})\n(.*?)\n?^{mark} stderr\n(.*?)\n?(?=^{mark} )", re.M | re.S)
    for name, status, stdout, stderr in pattern.findall(text):
        outputs[name] = Output(stdout, stderr, int(status or -1))
    return outputs
