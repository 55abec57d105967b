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
    r"level=error\b|^Error: |^E\d{4} |^Incorrect Usage: " + r'|msg="Waiting (?:for|to) [^:"]+: ',
)
"""The surest first: what dockerd and K3s say as they give up, then what they and a kubelet in K3s (klog) call an error, and what
K3s, at level info, says that it waits for: `Waiting to retrieve agent configuration; server is not ready: WHY`."""


def last_error(lines: Iterable[str]) -> str:
    """Give the newest line in which a program says why it gave up, else the newest that it calls an error, or waits for; the message alone, '' for none."""
    newest_first = [line.strip() for line in reversed(list(lines))]
    for pattern in ERRORS:
        for line in newest_first:
            if re.search(pattern, line):
                message = re.search(r'msg="((?:[^"\\]|\\.)*)"', line)
                return shortened(message[1].replace('\\"', '"') if message else line)
    return ""
