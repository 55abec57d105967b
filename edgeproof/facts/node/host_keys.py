"""The keys by which the node's SSH server proves who it is.

They are read on the node, not taken from the connection: a gateway that ends SSH itself shows one key of its own for all nodes.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import Any

from edgeproof.facts.node.snippets import SNIPPETS
from edgeproof.facts.observed import Facts, Unobserved
from edgeproof.facts.probe import Output, Probe
from edgeproof.facts.snippet import snippet
from edgeproof.inventory import Inventory, Node


def parse_host_keys(output: Output) -> frozenset[str] | Unobserved:
    """Lines `key TYPE BASE64`; gives `TYPE SHA256:FINGERPRINT` of each, as ssh-keygen(1) prints it."""
    found = re.findall(
        r"^key ((?:ssh|ecdsa|sk-ssh|sk-ecdsa)-[\w@.-]{1,60}) ([A-Za-z0-9+/]{32,4000}={0,2})$",
        output.stdout,
        re.M | re.A,
    )
    keys = frozenset(f"{kind} SHA256:{digest}" for kind, key in found if (digest := _fingerprint(key)))
    return keys or Unobserved("no public SSH host key could be read in /etc/ssh")


def _fingerprint(key: str) -> str:
    try:
        return base64.b64encode(hashlib.sha256(base64.b64decode(key, validate=True)).digest()).decode().rstrip("=")
    except ValueError:
        return ""


HOST_KEYS = Probe("host_keys", snippet(SNIPPETS, "host_keys"), parse_host_keys)


@dataclass(frozen=True, repr=False)
class HostKeysFacts(Facts):
    """Layer 2: the SSH server's own identity."""

    host_keys: frozenset[str]


def probes(inventory: Inventory, node: Node) -> tuple[Probe[Any], ...]:
    """Give the probes of `HostKeysFacts`, by its fields' names."""
    return (HOST_KEYS,)
