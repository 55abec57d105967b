"""Fake commands as shell scripts: which answer is given to which arguments, and what is told where nobody described one."""

from __future__ import annotations

import re
import shlex
from importlib import resources

from selftest.replay.machine import Answer, Machine

FAKES = "selftest.replay.fakes"
UNDESCRIBED = "/.replay/undescribed"
NOT_DESCRIBED = 127


def fake_script(name: str, answers: tuple[Answer, ...], otherwise: str = "") -> str:
    """Write the script of one command: the first answer that fits, or `otherwise`, or a note that nobody described it."""
    return "\n".join(["#!/bin/sh", *map(_answer, answers), otherwise or _undescribed(name), ""])


def own_script(name: str) -> str:
    """Give the text of a fake command that has a file of its own (fakes/NAME.sh), without its first line."""
    text = resources.files(FAKES).joinpath(f"{name}.sh").read_text(encoding="utf-8")
    return text.removeprefix("#!/bin/sh\n")


def _undescribed(name: str) -> str:
    quoted = shlex.quote(name)
    return (
        f"{{ printf '%s ' {quoted} \"$@\" | tr '\\n' ' '; echo; }} >>{UNDESCRIBED}\n"
        f'echo replay: undescribed: {quoted} "$@" >&2\nexit {NOT_DESCRIBED}'
    )


def _answer(answer: Answer) -> str:
    given = (answer.args,) if isinstance(answer.args, str) else answer.args
    as_root = {True: "1-", False: "0-", None: "?-"}[answer.root]
    patterns = "|".join(as_root + pattern for pattern in (("*",) if given is None else map(shell_pattern, given)))
    lines = [f"sleep {answer.delay_s:g}"] if answer.delay_s else []
    if answer.stdout:
        lines.append(f"printf %s {shlex.quote(answer.stdout)}")
    if answer.stderr:
        lines.append(f"printf %s {shlex.quote(answer.stderr)} >&2")
    lines += [answer.sh, "exit $?"] if answer.sh is not None else [f"exit {answer.status}"]
    return "\n".join([f'case "${{ROOT_RUN:-0}}-$*" in {patterns})', *lines, ";;", "esac"])


def shell_pattern(text: str) -> str:
    """Quote all of a shell pattern but `*`, `?` and `[…]`."""
    parts = re.findall(r"\*|\?|\[[^\]]+\]|[^*?\[]+|\[", text)
    return (
        "".join(part if part in "*?" or (part[0] == "[" and len(part) > 1) else shlex.quote(part) for part in parts)
        or "''"
    )


def scripts_of(machine: Machine) -> dict[str, str]:
    """Give each described command's script by its name; `systemctl` is driven by the machine's units."""
    scripts = {name: fake_script(name, answers) for name, answers in machine.commands.items() if answers is not None}
    if "systemctl" not in machine.commands or machine.commands["systemctl"] is not None:
        answers = machine.commands.get("systemctl") or ()
        scripts["systemctl"] = fake_script("systemctl", answers, own_script("systemctl"))
    if "sudo" not in machine.commands:
        scripts["sudo"] = fake_script("sudo", (), own_script("sudo"))
    return scripts
