"""What a board's Node object rests on: that its K3s runs, in its role, in this cluster, under a hostname of its own."""

from __future__ import annotations

from collections.abc import Mapping

from edgeproof.facts.cluster.members import Member
from edgeproof.facts.node import NodeFacts
from edgeproof.facts.node.k3s import THIS_CLUSTER
from edgeproof.facts.observed import Blocked, NotApplicable, reason, replaced, unobserved


def kept_out(nodes: Mapping[str, NodeFacts]) -> dict[str, str]:
    """Say of each board that shows why it can have no Node object why, and which check tells it."""
    found = {name: _elsewhere(facts) or _namesake(facts) for name, facts in nodes.items()}
    return {name: why for name, why in found.items() if why}


def blocked_member(member: Member, facts: NodeFacts | None, found: Mapping[str, Member]) -> Member:
    """A Node object says nothing of its board today where another check tells why: whether it is Ready is then unobserved.

    `found` are the Node objects of all boards, by the inventory's names.
    """
    if facts is None:
        return member
    why = f"SSH: {facts.reach.error}" if facts.reach.error else _elsewhere(facts)
    if not why and not member.has_address_of(facts.declared) and _shares_its_node(facts, found):
        why = _namesake(facts)
    return replaced(member, ready=unobserved(why)) if why else member


def _elsewhere(facts: NodeFacts) -> str:
    """Say why its K3s keeps no Node of this cluster up; '' where it does, or was not observed."""
    wanted = facts.declared.k3s_role
    try:
        if (role := facts.k3s.role) != wanted:
            return f"K3s runs on {facts.name} as {role}, not as {wanted} (see the check services)"
        if facts.membership.cluster != THIS_CLUSTER:
            return f"{facts.name} joined another cluster (see the check joined)"
    except (Blocked, NotApplicable):
        return ""
    return ""


def _shares_its_node(facts: NodeFacts, found: Mapping[str, Member]) -> bool:
    """Whether a board of the same hostname has no Node object: the one that is there may be that board's."""
    return not reason(facts.fleet, "same_hostname") and any(name not in found for name in facts.fleet.same_hostname)


def _namesake(facts: NodeFacts) -> str:
    """Name the boards that have its hostname: a cluster takes one of them."""
    if reason(facts.fleet, "same_hostname") or not facts.fleet.same_hostname:
        return ""
    others = ", ".join(facts.fleet.same_hostname)
    return f"{facts.name} has the same hostname as {others}: one of them can join (see the check hostname)"
