"""Addresses, routes, name servers, and who answers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv4Interface, IPv4Network, NetmaskValueError
from typing import Any

from edgeproof import limits
from edgeproof.facts.node.snippets import SNIPPETS
from edgeproof.facts.observed import Blocked, Facts, Unobserved
from edgeproof.facts.probe import Output, Probe
from edgeproof.facts.snippet import snippet
from edgeproof.inventory import Inventory, Node

OVERLAYS = re.compile(r"^(lo|cni0|flannel.*|docker0|br-[0-9a-f]{12}|veth.*|kube-.*|tunl.*|cali.*|dummy0)$")
"""Interfaces that Kubernetes and Docker make themselves."""


@dataclass(frozen=True)
class Address:
    """One IPv4 address of one interface; `dynamic` means a lease."""

    interface: str
    value: IPv4Interface
    dynamic: bool

    def __repr__(self) -> str:
        return f"{self.value} on {self.interface}{' (lease)' if self.dynamic else ''}"


@dataclass(frozen=True)
class Route:
    """One route: the network it leads to, the gateway ('' when direct), the interface."""

    network: IPv4Network
    gateway: str
    interface: str

    def __repr__(self) -> str:
        return f"route {self.network} on {self.interface}"


@dataclass(frozen=True, repr=False)
class NodeNetwork(Facts):
    """`ip address`, `ip route` and the declared name servers."""

    addresses: tuple[Address, ...]
    routes: tuple[Route, ...]
    name_servers: tuple[IPv4Address, ...]

    def holding(self, address: IPv4Address) -> tuple[Address, ...]:
        """Give the interface addresses equal to `address`: none, or one for each prefix it stands with."""
        return tuple(held for held in self.addresses if held.value.ip == address)

    def subnet(self, address: IPv4Address) -> IPv4Network:
        """Give the network `address` stands in on this node; blocked when the node does not hold it."""
        held = self.holding(address)
        if not held:
            raise Blocked(f"{address} is on no interface (see the check address)")
        return held[0].value.network

    def overlapping(self, *ranges: IPv4Network) -> tuple[object, ...]:
        """Give the node's own addresses and routes that overlap those ranges; overlays' own do not count."""
        own: list[tuple[str, IPv4Network, object]] = [(a.interface, a.value.network, a) for a in self.addresses]
        own += [(r.interface, r.network, r) for r in self.routes if not r.gateway and r.network.prefixlen > 0]
        return tuple(
            what for name, network, what in own
            if not OVERLAYS.match(name) and any(network.overlaps(known) for known in ranges)
        )  # fmt: skip


def parse_network(output: Output) -> NodeNetwork | Unobserved:
    """`ip -o -4 address`, `ip -4 route`, `nameserver` lines; unknown lines are passed over."""
    addresses: list[Address] = []
    routes: list[Route] = []
    servers: list[IPv4Address] = []
    for line in output.stdout.splitlines():
        try:
            if match := re.match(r"^\d+:\s+(\S+)\s+inet (\d[\d.]*/\d+)(.*)$", line):
                name = match[1].split("@")[0].rstrip(":")
                addresses.append(Address(name, IPv4Interface(match[2]), " dynamic" in match[3]))
            elif match := re.match(r"^(default|\d[\d.]*(?:/\d+)?)\s(?:via (\S+) )?.*?dev (\S+)", line):
                network = IPv4Network("0.0.0.0/0" if match[1] == "default" else match[1], strict=False)
                routes.append(Route(network, match[2] or "", match[3]))
            elif match := re.match(r"^\s*(?:nameserver|DNS Servers?:)\s+(\d[\d.]+)\s*$", line):
                servers.append(IPv4Address(match[1]))
        except (AddressValueError, NetmaskValueError, ValueError):
            continue
    if not addresses:
        return Unobserved("ip told no IPv4 address")
    return NodeNetwork(tuple(addresses), tuple(routes), tuple(dict.fromkeys(servers)))


NETWORK = Probe("network", snippet(SNIPPETS, "network"), parse_network)


@dataclass(frozen=True, repr=False)
class Answers(Facts):
    """Which addresses answered a ping, and which name servers a question."""

    pinged: frozenset[IPv4Address]
    silent: frozenset[IPv4Address]
    resolving: frozenset[IPv4Address]


def parse_answers(output: Output) -> Answers | Unobserved:
    """Lines `ping ADDRESS yes|no` and `dns ADDRESS yes|no`."""
    found: dict[tuple[str, str], set[IPv4Address]] = {}
    for kind, address, verdict in re.findall(r"^(ping|dns) (\d[\d.]{6,14}) (yes|no)$", output.stdout, re.M):
        try:
            found.setdefault((kind, verdict), set()).add(IPv4Address(address))
        except AddressValueError:
            continue
    if not found:
        return Unobserved("the node could not ask anyone (is ping there?)")
    return Answers(*(frozenset(found.get(key, set())) for key in (("ping", "yes"), ("ping", "no"), ("dns", "yes"))))


DNS_QUERY = r"\252\252\1\0\0\1\0\0\0\0\0\0\7example\3com\0\0\1\0\1"
"""A question for example.com's address (RFC 1035), in printf's octal escapes: no tool for it is needed on the node."""


def answers_probe(inventory: Inventory) -> Probe[Answers]:
    """Ask the gateway, every other node, and each declared name server, all at once."""
    peers = " ".join(
        str(address) for address in (inventory.network.gateway, *(n.address for n in inventory.nodes.values()))
    )
    text = snippet(
        SNIPPETS, "answers", peers=peers, servers=" ".join(map(str, inventory.network.dns)), query=DNS_QUERY,
        ping_s=f"{limits.PING_S:.0f}", dns_s=f"{limits.DNS_S:g}",
    )  # fmt: skip
    return Probe("answers", text, parse_answers)


@dataclass(frozen=True, repr=False)
class NetworkFacts(Facts):
    """Layer 3: what the node's network is, and who answers on it."""

    network: NodeNetwork
    answers: Answers


def probes(inventory: Inventory, node: Node) -> tuple[Probe[Any], ...]:
    """Give the probes of `NetworkFacts`, by its fields' names."""
    return (NETWORK, answers_probe(inventory))
