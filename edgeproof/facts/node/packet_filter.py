"""The two backends of iptables, legacy and nf_tables: a packet passes where both let it, and a program sees the rules of its own alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from edgeproof import limits
from edgeproof.facts.node.snippets import SNIPPETS
from edgeproof.facts.observed import Facts, Unobserved
from edgeproof.facts.probe import Output, Probe
from edgeproof.facts.snippet import snippet
from edgeproof.inventory import Inventory, Node


@dataclass(frozen=True)
class Backend:
    """What stands in one: how many rules, what happens to a forwarded packet that none of them decides on, how many of Kubernetes' chains."""

    name: str
    rules: int
    forward: str
    kubernetes_chains: int


@dataclass(frozen=True, repr=False)
class PacketFilter(Facts):
    """The backends that have rules."""

    backends: tuple[Backend, ...]

    @property
    def at_odds(self) -> tuple[Backend, Backend] | None:
        """The one with Kubernetes' rules, and the other, where that drops what is forwarded; None where it is not so.

        Kubernetes' rules let pods' packets pass, whatever else their own backend does with what is forwarded.
        """
        own = [each for each in self.backends if each.kubernetes_chains]
        others = [each for each in self.backends if not each.kubernetes_chains and each.forward == "DROP"]
        return (own[0], others[0]) if own and others else None


def parse_packet_filter(output: Output) -> PacketFilter | Unobserved:
    """`legacy RULES POLICY CHAINS`, or `legacy none`, and the same of `nf_tables`; a line is absent where that could not be read."""
    found = re.findall(r"^(legacy|nf_tables) ([0-9]{1,9}) (\w{1,20}|-) ([0-9]{1,9})$", output.stdout, re.M)
    told = {name for name, *_ in found} | set(re.findall(r"^(legacy|nf_tables) none$", output.stdout, re.M))
    if unread := {"legacy", "nf_tables"} - told:
        return Unobserved(f"the rules of iptables' backend {min(unread)} could not be read")
    backends = (Backend(name, int(rules), forward, int(chains)) for name, rules, forward, chains in found)
    return PacketFilter(tuple(each for each in backends if each.rules or each.forward == "DROP"))


PACKET_FILTER = Probe(
    "packet_filter",
    snippet(SNIPPETS, "packet_filter", ask_s=f"{limits.IPTABLES_S:g}"),
    parse_packet_filter,
    root=True,
)


@dataclass(frozen=True, repr=False)
class PacketFilterFacts(Facts):
    """The node's iptables rules, by backend."""

    packet_filter: PacketFilter


def probes(inventory: Inventory, node: Node) -> tuple[Probe[Any], ...]:
    """Give the probes of `PacketFilterFacts`, by its fields' names."""
    return (PACKET_FILTER,)
