"""All snippets of a node as one script for one connection, and its output taken apart again."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from edgeproof import limits
from edgeproof.facts.probe import Output, Probe

STREAM_BYTES = 262144
STDERR_BYTES = 8192
REFUSAL_BYTES = 2000
NO_SUDO = 77
"""Exit status that root snippets get where they could not run."""

NEEDS_ROOT = "needs root, and sudo does not work (see the check sudo)"
"""Why what they would have told is unobserved."""

_PRINT = """cd $d
for n in {names}; do s=; read -r s 2>/dev/null <{mark}-$n.s; echo "{mark} $n $s"; done
head -c {most} {mark}-*.[eo]
echo; echo {mark} end"""
"""A process costs a slow board milliseconds: one head prints all streams, each under a line with its file's name."""


def compose(probes: Sequence[Probe[object]], mark: str, sudo: str, first: str = "") -> str:
    """Write the script: every snippet under its own time limit, its output between lines that hold `mark`.

    `mark` is unguessable, so nothing a node prints can pass for it. `sudo` is the command that runs the root
    snippets, all in one, and has the script's standard input; where it fails their status is NO_SUDO, and their
    stderr what it said. `first` is a folder that comes first in PATH.
    """
    own = [probe for probe in probes if not probe.root]
    root = [probe for probe in probes if probe.root]
    files = " ".join(f"$d/{mark}-{probe.name}" for probe in root)
    said = f"w=$(head -c {REFUSAL_BYTES} $d/refused)"
    missing = f'{said}; for f in {files}; do : > $f.o; echo "$w" > $f.e; echo {NO_SUDO} > $f.s; done'
    as_root = (
        f"{sudo} sh -c {shlex.quote(_body(root, f'$1/{mark}', first))} sh $d >/dev/null 2>$d/refused && : > $d/root"
    )
    return "\n".join(
        (
            "LC_ALL=C; export LC_ALL; umask 077; d=$(mktemp -d) || exit 1; trap 'rm -rf \"$d\"' EXIT; exec 3<&0 </dev/null",
            # Without a redirection of its own, what runs beside the shell reads /dev/null (POSIX, 2.9.3.1).
            f"{{ {as_root}; }} <&3 &" if root else "",
            "exec 3<&-",
            _body(own, f"$d/{mark}", first),
            f"wait; [ -e $d/root ] || {{ {missing}; }}" if root else "wait",
            _PRINT.format(mark=mark, names=" ".join(probe.name for probe in probes), most=STREAM_BYTES),
        )
    )


_ALL = """for _n do ( set --; case $_n in
{snippets}
esac ) >"$0-$_n.o" 2>"$0-$_n.e" </dev/null; echo $? >"$0-$_n.s"; done"""
_ONE = 'one() {{ timeout -k {kill} "$2" sh -c "$b" "$p" "$1"; _s=$?; [ -s "$p-$1.s" ] || echo $_s >"$p-$1.s"; }}'


def _body(probes: Sequence[Probe[object]], place: str, first: str) -> str:
    """Run the quick snippets one after another under one limit, then each that has no status under its own; the slow ones beside them.

    A process of its own for every limit and every shell was a third of all that a node ran.
    """
    before = f"{shlex.quote(first)}:" if first else ""
    path = f"umask 022; PATH={before}$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/sbin; export PATH; LC_ALL=C; export LC_ALL"
    snippets = "\n".join(f"{probe.name})\n{probe.snippet}\n;;" for probe in probes)
    slow = [f"one {probe.name} {probe.timeout_s:g} &" for probe in probes if probe.timeout_s > limits.SLOW_SNIPPET_S]
    quick = [probe for probe in probes if probe.timeout_s <= limits.SLOW_SNIPPET_S]
    lines = [
        path,
        f"p={place}",
        f"b={shlex.quote(_ALL.format(snippets=snippets))}",
        _ONE.format(kill=f"{limits.KILL_S:g}"),
        *slow,
    ]
    if quick:
        limit_s = max(probe.timeout_s for probe in quick)
        names = " ".join(probe.name for probe in quick)
        lines.append(f'timeout -k {limits.KILL_S:g} {limit_s:g} sh -c "$b" "$p" {names}')
        lines += [f'[ -s "$p-{probe.name}.s" ] || one {probe.name} {probe.timeout_s:g}' for probe in quick]
    return "\n".join((*lines, "wait"))


def take_apart(text: str, mark: str) -> dict[str, Output]:
    """Give each snippet's output by its name; what was cut off is missing."""
    told, _, printed = text.partition(f"==> {mark}-")
    statuses = dict(re.findall(rf"^{mark} (\w+) ([0-9]{{0,3}})$", told, re.M))
    pattern = re.compile(rf"^==> {mark}-(\w+)\.([eo]) <==\n(.*?)\n(?===> {mark}-|{mark} end$)", re.M | re.S)
    streams = {(name, kind): found for name, kind, found in pattern.findall(f"==> {mark}-{printed}")}
    return {
        name: Output(streams[name, "o"], streams[name, "e"][:STDERR_BYTES], int(status or -1))
        for name, status in statuses.items()
        if (name, "o") in streams and (name, "e") in streams
    }
