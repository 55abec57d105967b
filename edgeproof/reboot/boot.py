"""The boot that a node is in: its id, whether systemd has settled, and what is mounted."""

from __future__ import annotations

import re
from dataclasses import dataclass

from edgeproof import limits
from edgeproof.connect.ssh import open_node
from edgeproof.errors import ConnectError
from edgeproof.facts.snippet import snippet
from edgeproof.inventory import Inventory, Node

SNIPPETS = "edgeproof.reboot.snippets"

SETTLED = ("running", "degraded")
"""What `systemctl is-system-running` says once it has started all that it starts at boot; degraded where a unit has failed (systemctl(1))."""


@dataclass(frozen=True)
class Mount:
    """A file system of a disk, or of another machine: what from, where, of which type."""

    source: str
    place: str
    type: str

    def __repr__(self) -> str:
        return f"{self.source} at {self.place} ({self.type})"


@dataclass(frozen=True)
class Boot:
    """`id` is the kernel's own, another for each boot (random(4)); `state` is systemd's, '' where it was not told."""

    id: str
    state: str
    mounts: tuple[Mount, ...]

    @property
    def has_settled(self) -> bool:
        """Whether all that starts at boot has been started, or has failed."""
        return self.state in SETTLED


def parse_boot(text: str) -> Boot | None:
    """`boot ID`, `state STATE`, `mount SOURCE PLACE TYPE` lines, `end`; None where it is not whole."""
    found = re.search(r"^boot ([0-9a-f-]{36})$", text, re.M)
    if found is None or not re.search(r"^end$", text, re.M):
        return None
    state = re.search(r"^state ([a-z]{1,20})$", text, re.M)
    mounts = re.findall(r"^mount (\S+) (\S+) (\S+)$", text, re.M)
    return Boot(found[1], state[1] if state else "", tuple(dict.fromkeys(Mount(*words) for words in mounts)))


def ask_boot(inventory: Inventory, node: Node) -> Boot | str:
    """Ask a node for its boot; why it could not be asked, in its place."""
    try:
        with open_node(inventory, node) as connection:
            answer = connection.run(snippet(SNIPPETS, "asked"), limits.SHORT_COMMAND_S)
    except ConnectError as error:
        return str(error)
    text = answer.stdout.decode("utf-8", "replace")
    return parse_boot(text) or f"{node.name} did not tell its boot id: {text.strip()[-200:]}"
