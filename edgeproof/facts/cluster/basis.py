"""What a board's Node object rests on: that its K3s runs, in its role, in this cluster, under a hostname of its own."""

from __future__ import annotations

from collections.abc import Mapping

from edgeproof.facts.cluster.members import Member
from edgeproof.facts.node import NodeFacts, docker_down
from edgeproof.facts.node.conflicts import unfit_why
from edgeproof.facts.node.k3s import THIS_CLUSTER
from edgeproof.facts.node.kernel_basis import keeps_k3s_down
from edgeproof.facts.node.membership import in_another_cluster, in_another_role
from edgeproof.facts.observed import Blocked, NotApplicable, reason, replaced, unobserved


def kept_out(nodes: Mapping[str, NodeFacts]) -> dict[str, str]:
    """Say of each board that shows why it can have no Node object why, and which check tells it."""
    found = {name: _elsewhere(facts) or _namesake(facts) for name, facts in nodes.items()}
    return {name: why for name, why in found.items() if why}


def full_disks(nodes: Mapping[str, NodeFacts]) -> dict[str, str]:
    """Say of each board that shows a file system with too little room for its kubelet which it is."""
    observed = {name: facts.disk for name, facts in nodes.items() if not reason(facts, "disk")}
    return {name: "; ".join(map(str, disk.full)) for name, disk in observed.items() if disk.full}


def blocked_member(member: Member, facts: NodeFacts | None, found: Mapping[str, Member]) -> Member:
    """A Node object says nothing of its board today where another check tells why: whether it is Ready is then unobserved.

    `found` are the Node objects of all boards, by the inventory's names.
    """
    if facts is None:
        return member
    why = f"SSH: {facts.reach.error}" if facts.reach.error else _elsewhere(facts)
    if not why and not reason(member, "ready") and not member.ready:
        why = docker_down(facts)
    if not why and any(name not in found for name in _namesakes(facts)) and not member.has_address_of(facts.declared):
        why = _namesake(facts)  # the Node object may be the other board's
    return replaced(member, ready=unobserved(why)) if why else member


def _elsewhere(facts: NodeFacts) -> str:
    """Say why its K3s keeps no Node of this cluster up; '' where it does, or was not observed."""
    if why := unfit_why(facts, "k3s", "containerd"):
        return why
    try:
        if why := keeps_k3s_down(facts) or in_another_role(facts):
            return why
        return "" if facts.membership.cluster == THIS_CLUSTER else in_another_cluster(facts.name)
    except (Blocked, NotApplicable):
        return ""


def _namesakes(facts: NodeFacts) -> tuple[str, ...]:
    """Name the boards that have its hostname, as far as they told."""
    return () if reason(facts, "fleet") or reason(facts.fleet, "same_hostname") else facts.fleet.same_hostname


def _namesake(facts: NodeFacts) -> str:
    """Say that other boards have its hostname, and which check tells it: a cluster takes one of them. '' where none has it."""
    others = ", ".join(_namesakes(facts))
    return (
        f"{facts.name} has the same hostname as {others}: one of them can join (see the check hostname)"
        if others
        else ""
    )
