"""Who answers a node: the gateway, the other nodes, the name servers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address
from typing import Any

from edgeproof import limits
from edgeproof.facts.node.peers import peers_of
from edgeproof.facts.node.snippets import SNIPPETS
from edgeproof.facts.observed import Facts, Unobserved, inapplicable, unobserved
from edgeproof.facts.probe import Output, Probe
from edgeproof.facts.snippet import snippet
from edgeproof.inventory import Inventory, Node

LOOPBACK = IPv4Address("127.0.0.1")
"""Pinged, too: where it does not answer, ping itself does not work."""


@dataclass(frozen=True, repr=False)
class Answers(Facts):
    """Which addresses are there (they answered a ping, or its ARP), which not, and which name servers answered a question."""

    there: frozenset[IPv4Address]
    silent: frozenset[IPv4Address]
    resolving: frozenset[IPv4Address]

    def unanswering(self, servers: Iterable[IPv4Address]) -> tuple[IPv4Address, ...]:
        """Give those of the name servers that answered no question."""
        return tuple(server for server in servers if server not in self.resolving)


def parse_answers(output: Output) -> Answers | Unobserved:
    """`gateway ADDRESS`, lines `ping ADDRESS yes|heard|no`, `dns ADDRESS yes|no`; without any of dns, none was to be asked."""
    found: dict[tuple[str, str], set[IPv4Address]] = {}
    for kind, address, verdict in re.findall(r"^(ping|dns) ([0-9][0-9.]{6,14}) (yes|heard|no)$", output.stdout, re.M):
        try:
            found.setdefault((kind, verdict), set()).add(IPv4Address(address))
        except AddressValueError:
            continue
    there, silent = (found.get(("ping", word), set()) for word in ("yes", "no"))
    if not (there or silent) or LOOPBACK in silent:
        return Unobserved("neither ping nor a DNS query could be run (is ping installed, and may the user run it?)")
    resolving = found.get(("dns", "yes"), set())
    gateway = re.search(r"^gateway (\S+)$", output.stdout, re.M)
    there |= found.get(("ping", "heard"), set())
    return Answers(frozenset(there), frozenset(silent), _resolving(resolving, found, gateway[1] if gateway else ""))


def _resolving(resolving: set[IPv4Address], found: dict[tuple[str, str], set[IPv4Address]], gateway: str) -> Any:
    """Give who resolves names; inapplicable where nobody was asked, unobserved where no question gets past the gateway."""
    if not resolving and ("dns", "no") not in found:
        return inapplicable("cluster.yaml says that the network is offline")
    if not resolving and gateway in map(str, found.get(("ping", "no"), ())):
        return unobserved(f"the gateway {gateway} does not answer (see the check subnet)")
    return frozenset(resolving)


DNS_QUERY = r"\252\252\1\0\0\1\0\0\0\0\0\0\7example\3com\0\0\1\0\1"
"""A question for example.com's address (RFC 1035), in printf's octal escapes: no tool for it is needed on the node."""


def answers_probe(inventory: Inventory, node: Node) -> Probe[Answers]:
    """Ask the gateway, the node's peers, and each declared name server (none where the network is offline), all at once."""
    asked = (*inventory.network.gateways, *(peer.address for peer in peers_of(inventory, node)))
    peers, gateway = " ".join(map(str, asked)), inventory.network.gateway or ""
    servers = () if inventory.network.offline else inventory.network.dns
    text = snippet(
        SNIPPETS, "answers", gateway=gateway, peers=peers, servers=" ".join(map(str, servers)), query=DNS_QUERY,
        ping_s=f"{limits.PING_S:.0f}", neighbour_s=f"{limits.NEIGHBOUR_S:.0f}", dns_s=f"{limits.DNS_S:g}",
    )  # fmt: skip
    return Probe("answers", text, parse_answers, timeout_s=limits.ANSWERS_S)


@dataclass(frozen=True, repr=False)
class AnswersFacts(Facts):
    """Layer 3: who answers on the node's network."""

    answers: Answers


def probes(inventory: Inventory, node: Node) -> tuple[Probe[Any], ...]:
    """Give the probes of `AnswersFacts`, by its fields' names."""
    return (answers_probe(inventory, node),)
