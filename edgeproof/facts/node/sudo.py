"""Whether the user may become root, and what refuses it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from edgeproof.facts.observed import Facts, Unobserved
from edgeproof.facts.probe import Output, Probe

Refusal = Literal["", "asks", "wrong-password", "no-rights", "requires-tty", "not-installed", "unknown"]

SHAPES: tuple[tuple[Refusal, str], ...] = (
    ("wrong-password", r"^Sorry, try again|incorrect (password|authentication) attempt|^sudo: Authentication failed"),
    ("requires-tty", r"must have a tty to run sudo"),
    (
        "no-rights",
        r"is not in the sudoers file|is not allowed to (execute|run)|may not run sudo|afraid I can't do that",
    ),
    ("not-installed", r"sudo: (command )?not found|sudo: No such file"),
    (
        "asks",
        r"password is required|no tty present|terminal is required|no password was provided|authentication is required",
    ),
)
"""What sudo says, in the C locale: sudo 1.8 and 1.9 (plugins/sudoers/auth, check.c, logging.c), and sudo-rs."""


@dataclass(frozen=True, repr=False)
class Sudo(Facts):
    """What keeps the user from becoming root ('' where nothing does), and sudo's own words."""

    refusal: Refusal
    said: str


def parse_sudo(output: Output) -> Sudo | Unobserved:
    """The root part prints root's user id; where it could not run, sudo's complaint is on stderr."""
    if output.stdout.strip() == "0":
        return Sudo("", "")
    said = output.stderr.strip()
    found: Refusal = next((refusal for refusal, shape in SHAPES if re.search(shape, said, re.M)), "unknown")
    # Where a user may not run a command, sudo repeats the whole of it.
    return Sudo(found, re.sub(r"(not allowed to (?:execute|run)).*", r"\1 this", said, flags=re.S)[-300:])


SUDO = Probe("sudo", "id -u", parse_sudo, root=True)
