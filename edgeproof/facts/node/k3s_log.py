"""K3s's own journal of the last hour, whatever its service does: how slow its datastore is, and its last error."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from edgeproof import limits
from edgeproof.facts.node.journal import HIDE, last_error
from edgeproof.facts.node.snippets import SNIPPETS
from edgeproof.facts.observed import Facts, Unobserved
from edgeproof.facts.probe import Output, Probe
from edgeproof.facts.snippet import snippet
from edgeproof.inventory import Inventory, Node

MOST_LINES = 5000
"""A server in trouble writes a line or two a second; an agent's newest lines are enough."""

SHOWN_LINES = 60


@dataclass(frozen=True, repr=False)
class K3sLog(Facts):
    """The last hour: in how many of its minutes a query took over a second (kine's Slow SQL), how often a controller lost its leadership.

    `said` is the newest error, '' for none.
    """

    slow_minutes: int
    leaderships_lost: int
    said: str


def parse_k3s_log(output: Output) -> K3sLog | Unobserved:
    """`@@ read` where all was read, `@@ slow minutes N`, `@@ leadership lost N`, then the journal's newest lines."""
    found = {name: _count(output.stdout, name) for name in ("slow minutes", "leadership lost")}
    if not re.search(r"^@@ read$", output.stdout, re.M) or None in found.values():
        return Unobserved("K3s's journal could not be read")
    lines = [line for line in output.stdout.splitlines() if not line.startswith("@@ ")]
    return K3sLog(found["slow minutes"] or 0, found["leadership lost"] or 0, last_error(lines))


def _count(text: str, name: str) -> int | None:
    found = re.search(rf"^@@ {name} ([0-9]{{1,9}})$", text, re.M)
    return int(found[1]) if found else None


@dataclass(frozen=True, repr=False)
class K3sLogFacts(Facts):
    """What K3s's journal tells of a service that runs, or that does not."""

    k3s_log: K3sLog


def probes(inventory: Inventory, node: Node) -> tuple[Probe[Any], ...]:
    """Give the probes of `K3sLogFacts`, by its fields' names."""
    lines = MOST_LINES if node.is_server else SHOWN_LINES
    text = snippet(SNIPPETS, "k3s_log", journal_s=f"{limits.JOURNAL_S:g}", lines=lines)
    return (Probe("k3s_log", f"{HIDE}\n{text}", parse_k3s_log, root=True),)
