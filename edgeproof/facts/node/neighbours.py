"""A node among those of its own network: whose hardware address or host key it shows, and which MTU most of them have."""

from __future__ import annotations

from collections import Counter

from edgeproof.facts.node.facts import NodeFacts
from edgeproof.facts.node.links import Link
from edgeproof.facts.observed import Blocked, Unobserved, inapplicable, reason, unobserved

ETHERNET_MTU = 1500
"""What an Ethernet has if nobody sets another (RFC 894)."""


def same_mac(facts: NodeFacts, others: list[NodeFacts]) -> tuple[str, ...]:
    """Name the others in this node's network that have its hardware address; on different networks two may well be equal.

    Nor does it count between nodes that have no network card at all: containers on an ipvlan share their machine's (kernel, ipvlan.rst).
    """
    own = _link(facts)
    if isinstance(own, Unobserved):
        return unobserved(own.why)  # type: ignore[no-any-return]
    if not own.mac:
        return inapplicable(f"{own.name} has no hardware address")  # type: ignore[no-any-return]
    near = [other for other in _near(facts, others) if other.link.mac == own.mac and _has_card(facts, other)]
    return _unless_one_machine(facts, near)


def _has_card(*nodes: NodeFacts) -> bool:
    return any(node.links.cards_of(node.link.name) for node in nodes)


def same_host_key(facts: NodeFacts, others: list[NodeFacts]) -> tuple[str, ...]:
    """Name the others whose SSH server has one of this node's host keys."""
    why = reason(facts, "host_keys")
    if why:
        return unobserved(why)  # type: ignore[no-any-return]
    known = (other for other in others if not reason(other, "host_keys"))
    return _unless_one_machine(facts, [other for other in known if other.host_keys & facts.host_keys])


def _unless_one_machine(facts: NodeFacts, alike: list[NodeFacts]) -> tuple[str, ...]:
    """Name those that are alike; unobserved where one is this machine once more, under another of its addresses."""
    for other in alike:
        if not reason(other, "network") and facts.declared.address in other.network.held:
            why = (
                f"{facts.name} and {other.name} are one machine, which holds both addresses (see the check machine_id)"
            )
            return unobserved(why)  # type: ignore[no-any-return]
    return tuple(other.name for other in alike)


def usual_mtu(facts: NodeFacts, others: list[NodeFacts]) -> int:
    """Give the MTU that most nodes of its network have on the interface of their address; of equally many, Ethernet's own, or the least."""
    own = _link(facts)
    if isinstance(own, Unobserved):
        return unobserved(own.why)  # type: ignore[no-any-return]
    if not own.mtu:
        return unobserved(f"/sys did not tell the MTU of {own.name}")  # type: ignore[no-any-return]
    near = [other for other in _near(facts, others) if other.link.mtu]
    if not near:
        return inapplicable("no other node of its network reports an MTU")  # type: ignore[no-any-return]
    counts = Counter(node.link.mtu for node in (facts, *near))
    return max(counts, key=lambda mtu: (counts[mtu], mtu == ETHERNET_MTU, -mtu))


def _link(facts: NodeFacts) -> Link | Unobserved:
    """Give the interface of a node's address, or why it is not known."""
    why = reason(facts, "network") or reason(facts, "links")
    if why:
        return Unobserved(why)
    try:
        return facts.link
    except Blocked as blocked:
        return Unobserved(blocked.why)


def _near(facts: NodeFacts, others: list[NodeFacts]) -> list[NodeFacts]:
    """Give the others whose address lies in this node's network, or has it in its own, where their prefixes differ."""
    own = facts.network.networks(facts.declared.address)[0]
    known = [other for other in others if not isinstance(_link(other), Unobserved)]
    return [other for other in known if other.network.networks(other.declared.address)[0].overlaps(own)]
