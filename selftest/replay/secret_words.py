"""The secrets of a replayed cluster: join tokens, passwords in URLs, of logins and of nodes. No run may show one of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from edgeproof.connect.sudo import ENVIRONMENT
from selftest.replay.cluster_folder import Cluster
from selftest.replay.verdict import Played

NODE_PASSWORD = "/etc/rancher/node/password"
SHOWN_IN = (
    re.compile(r"\bK10[0-9a-f]{8,}::(?:\w+:)?([^\s'\"\\,\0]+)"),
    re.compile(r"\w://[^/\s:@]*:([^@\s/]+)@"),
    re.compile(r"\b(?:token|secret|password)[\"']?\s*[:=]\s*[\"']?(?!K10)([^\s\"',}*:]{8,})", re.I),
    re.compile(r"(?:--token|-t)[\"' =]+(?!K10)([^\s\"'=;-][^\s\"';]{7,})"),
)
"""Where a secret stands in a text; a token's last part is what nobody may know."""


def secret_words(cluster: Cluster) -> frozenset[str]:
    """Give every secret that the machines' files, units and logins hold, and the environment and home of whoever runs pytest."""
    texts = _texts([cluster.machines, cluster.home])
    found = {match[1] for text in texts for pattern in SHOWN_IN for match in pattern.finditer(text)}
    logins = [
        login for machine in cluster.machines.values() for login in (machine.get("logins") or {}).values() if login
    ]
    files = [(machine.get("files") or {}).get(NODE_PASSWORD) for machine in cluster.machines.values()]
    found |= {str(login.get("password", "")) for login in logins} | {cluster.environment.get(ENVIRONMENT, "")}
    return frozenset(
        found | {text.strip() for text in _texts([file["text"] if isinstance(file, dict) else file for file in files])}
    ) - {""}


def secrets_told(cluster: Cluster, played: Played) -> list[str]:
    """List, a line each, the secrets that a run has shown: at the terminal, or in its record."""
    whole = played.text + json.dumps(played.record, ensure_ascii=False)
    return [f"a secret is shown: {word!r}" for word in sorted(secret_words(cluster)) if word in whole]


def _texts(value: Any) -> Iterator[str]:
    """Give every text within a description."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)
