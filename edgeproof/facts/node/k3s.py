"""K3s on the node: its two services, where the agent joined, and the token's file. Never the token itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from edgeproof.facts.node.snippets import SNIPPETS
from edgeproof.facts.observed import Facts, Unobserved
from edgeproof.facts.probe import Output, Probe
from edgeproof.facts.snippet import snippet
from edgeproof.inventory import Inventory, Node


@dataclass(frozen=True, repr=False)
class K3s(Facts):
    """Which of the two services run, the flags they were started with, and the cluster CA each side holds."""

    server_active: bool
    agent_active: bool
    arguments: tuple[str, ...]
    url: str
    token_mode: str
    server_ca_sha256: str
    agent_ca_sha256: str

    @property
    def uses_docker(self) -> bool:
        """Tell whether K3s was started with --docker."""
        return "--docker" in self.arguments

    @property
    def role(self) -> str:
        """Tell what runs: server, agent, both, or neither."""
        found = [name for name, active in (("server", self.server_active), ("agent", self.agent_active)) if active]
        return "both" if len(found) == 2 else found[0] if found else "neither"


def parse_k3s(output: Output) -> K3s | Unobserved:
    """Lines `NAME=VALUE` as the snippet prints them; a missing line is an empty value, no service line is unobserved."""
    field = dict(re.findall(r"^(k3s|k3s-agent|exec|url|token_mode|server_ca|agent_ca)=(.*)$", output.stdout, re.M))
    if "k3s" not in field or "k3s-agent" not in field:
        return Unobserved("systemctl told nothing of K3s")
    alive = ("active", "activating", "reloading")
    return K3s(
        server_active=field["k3s"] in alive,
        agent_active=field["k3s-agent"] in alive,
        arguments=tuple(field.get("exec", "").split()),
        url=field.get("url", ""),
        token_mode=field.get("token_mode", ""),
        server_ca_sha256=field.get("server_ca", ""),
        agent_ca_sha256=field.get("agent_ca", ""),
    )


K3S = Probe("k3s", snippet(SNIPPETS, "k3s"), parse_k3s, root=True)


@dataclass(frozen=True, repr=False)
class K3sFacts(Facts):
    """K3s on the node."""

    k3s: K3s


def probes(inventory: Inventory, node: Node) -> tuple[Probe[Any], ...]:
    """Give the probes of `K3sFacts`, by its fields' names."""
    return (K3S,)
