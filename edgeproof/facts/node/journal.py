"""What a service's journal says: its last error, with tokens and passwords hidden on the node."""

from __future__ import annotations

import re
from collections.abc import Iterable

from edgeproof.facts.node.snippets import SNIPPETS
from edgeproof.facts.snippet import snippet
from edgeproof.quoted import shortened

HIDE = f"hide() {{\n{snippet(SNIPPETS, 'hide_secrets')}\n}}"
"""The shell function that keeps tokens on the node."""

ERRORS = (
    r"^failed to start daemon: |^unable to configure the Docker daemon|level=(?:fatal|panic)\b",
    r"level=error\b|^Error: |^E\d{4} |^Incorrect Usage: |^NVPM ERROR: " + r'|msg="Waiting (?:for|to) [^:"]+: ',
)
"""The surest first: what dockerd and K3s say as they give up, then what they, nvpmodel and a kubelet in K3s (klog) call an error, and
what K3s, at level info, says that it waits for: `Waiting to retrieve agent configuration; server is not ready: WHY`."""

STARTING = re.compile(r"Starting .+(?:\.\.\.|\u2026)$")
"""What systemd says as it starts a unit: in English, whatever the node's language, and `Starting UNIT - DESCRIPTION...` from release 250 on."""


def last_error(lines: Iterable[str]) -> str:
    """Give the newest line in which a program says why it gave up, else the newest that it calls an error, or waits for; '' for none.

    The message alone; lines before the program's last start count only where there is none since then.
    """
    found = [line.strip() for line in lines]
    for part in (_since_its_start(found) or [], found):
        for pattern in ERRORS:
            if error := next((line for line in reversed(part) if re.search(pattern, line)), ""):
                return _message(error)
    return ""


def first_error(lines: Iterable[str]) -> str:
    """Give why the last start of a program failed that ends with its first fault, as dockerd: why it gave up, else its first error since then."""
    found = [line.strip() for line in lines]
    since = _since_its_start(found) or []
    gave_up, error = ([line for line in since if re.search(pattern, line)] for pattern in ERRORS)
    return _message(error[0]) if error and not gave_up else last_error(found)


def _since_its_start(lines: list[str]) -> list[str] | None:
    """Give the lines from the last start on; None where they begin after it."""
    starts = [number for number, line in enumerate(lines) if STARTING.match(line)]
    return lines[starts[-1] :] if starts else None


def _message(line: str) -> str:
    """Take the message out of a line with fields, and the error that it may have beside it."""
    message, error = (re.search(rf'\b{field}="((?:[^"\\]|\\.)*)"', line) for field in ("msg", "error"))
    words = f"{message[1]}: {error[1]}" if message and error else message[1] if message else line
    return shortened(words.replace('\\"', '"'))
