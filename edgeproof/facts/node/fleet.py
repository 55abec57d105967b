"""A node among the others: what most of them have, and what it must not share with any."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from edgeproof.facts.node.clock import CLIENT, MOST_APART_S, ClientClock, ClockOffset, usual_clock
from edgeproof.facts.node.facts import Fleet, NodeFacts
from edgeproof.facts.node.neighbours import same_host_key, same_mac, usual_mtu
from edgeproof.facts.observed import blank, inapplicable, reason, replaced, unobserved

NO_RELEASE = "neither /etc/nv_tegra_release nor the package nvidia-l4t-core shows the L4T release"


def fleets_of(nodes: dict[str, NodeFacts]) -> dict[str, Fleet]:
    """Compare each node with all that were observed. Every clock is compared with every other, so once for all nodes."""
    clock = usual_clock(_clocks(nodes.values()))
    fleets = {}
    for name, facts in nodes.items():
        others = [other for other in nodes.values() if other is not facts]
        branch, usual = _branches(facts, nodes)
        fleets[name] = Fleet(
            branch=branch,
            usual_branch=usual,
            silent_peers=_silent_peers(facts, others),
            same_hostname=_same(facts, others, "hostname"),
            same_machine_id=_same(facts, others, "machine_id"),
            clock_off_by_s=_clock_off_by_s(facts, clock),
            same_host_key=same_host_key(facts, others),
            same_mac=same_mac(facts, others),
            usual_mtu=usual_mtu(facts, others),
            most_memory_bytes=_most_memory_bytes(facts, others),
            worker_image_id=_usual_image(facts, nodes),
        )
    return fleets


def _branches(facts: NodeFacts, nodes: dict[str, NodeFacts]) -> tuple[str, str]:
    """Give the branch of this node's L4T, and that of most boards of its SoC (of equally many, the one named first).

    Boards of different SoCs are not compared: there is no release that all of them could have.
    """
    why = reason(facts, "platform")
    if why is not None:
        return unobserved(why), unobserved(why)
    if facts.kind != "jetson":
        return _nothing_to_compare(f"{facts.name} is not a Jetson, so it has no L4T release")
    like = [other for other in nodes.values() if _is_like(facts, other)]
    if not [other for other in like if other is not facts]:
        return _nothing_to_compare("the L4T release of no other board with this SoC is known")
    usual = Counter(other.platform.branch for other in like).most_common(1)[0][0]
    return facts.platform.branch if facts.platform.l4t else unobserved(NO_RELEASE), usual


def _nothing_to_compare(why: str) -> tuple[str, str]:
    return inapplicable(why), inapplicable(why)


def _is_like(facts: NodeFacts, other: NodeFacts) -> bool:
    if reason(other, "platform") or other.kind != "jetson":
        return False
    own, its = facts.platform, other.platform
    return bool(own.soc) and own.soc == its.soc and bool(its.l4t)


def _most_memory_bytes(facts: NodeFacts, others: list[NodeFacts]) -> int:
    """Give the most memory that a kernel sees on a board with this module: no kernel sees more than there is."""
    why = reason(facts, "memory")
    if why is not None:
        return unobserved(why)  # type: ignore[no-any-return]
    module = "" if reason(facts, "platform") else facts.platform.module
    like = [other for other in others if not reason(other, "platform") and not reason(other, "memory")]
    seen = [other.memory.total_bytes for other in like if module and other.platform.module == module]
    return max([facts.memory.total_bytes, *seen])


def _silent_peers(facts: NodeFacts, others: list[NodeFacts]) -> tuple[str, ...]:
    """Name the nodes that are up and do not answer this one; unobserved where it could not ask."""
    why = reason(facts, "answers")
    if why is not None:
        return unobserved(why)  # type: ignore[no-any-return]
    silent = facts.answers.silent
    return tuple(other.name for other in others if not other.reach.error and other.declared.address in silent)


def are_apart(one: NodeFacts, other: NodeFacts) -> bool:
    """Tell whether one of two nodes, which are up, is known not to reach the other."""
    return any(
        reason(here, "fleet") is None
        and not reason(here.fleet, "silent_peers")
        and there.name in here.fleet.silent_peers
        for here, there in ((one, other), (other, one))
    )


def _usual_image(facts: NodeFacts, nodes: dict[str, NodeFacts]) -> str:
    """Give the id of the worker image that most machines of this kind have; of equally many, the server's, where it is built.

    An image for R32 does not run on R36, so each kind has its own. Unobserved where this node has one of another kind: that is the
    check worker_image_kind's to tell.
    """
    if _is_misfit(facts):
        return unobserved("its worker image is not for this kind of machine (see the check worker_image_kind)")  # type: ignore[no-any-return]
    alike = [other for other in nodes.values() if _image_kind(other) == _image_kind(facts) and not _is_misfit(other)]
    holders = [other for other in alike if _holds_image(other)]
    holders.sort(key=lambda other: other.declared.role != "server")
    ids = Counter(other.worker_image.id for other in holders)
    return ids.most_common(1)[0][0] if ids else "the worker image (no node has it)"


def _holds_image(facts: NodeFacts) -> bool:
    return not reason(facts, "worker_image") and bool(facts.worker_image.id)


def _is_misfit(facts: NodeFacts) -> bool:
    if not _holds_image(facts) or reason(facts, "platform"):
        return False
    return facts.worker_image.kind_on(facts.platform.l4t_major) != facts.platform.image_kind


def _image_kind(facts: NodeFacts) -> str:
    return "" if reason(facts, "platform") else facts.platform.image_kind


def _same(facts: NodeFacts, others: list[NodeFacts], name: str) -> tuple[str, ...]:
    """Name the others that have this node's value; unobserved where the node has not told its own."""
    why = reason(facts, name)
    if why is not None:
        return unobserved(why)  # type: ignore[no-any-return]
    return tuple(other.name for other in others if _equal(facts, other, name))


def _equal(one: NodeFacts, other: NodeFacts, name: str) -> bool:
    if reason(other, name):
        return False
    left, right = getattr(one, name), getattr(other, name)
    return bool(left.name == right.name if name == "hostname" else left == right)


def _clock_off_by_s(facts: NodeFacts, clock: ClockOffset) -> float:
    why = reason(facts, "clock_offset")
    if why is not None:
        return unobserved(why)  # type: ignore[no-any-return]
    return round(facts.clock_offset.apart_s(clock), 1)


def _clocks(nodes: Iterable[NodeFacts]) -> list[tuple[ClockOffset, bool]]:
    """Give the clocks that were measured, and whether each is surely kept by another."""
    return [
        (node.clock_offset, reason(node, "timekeeping") is None and node.timekeeping.kept)
        for node in nodes
        if reason(node, "clock_offset") is None
    ]


def client_clock_of(nodes: dict[str, NodeFacts]) -> ClientClock:
    """Compare this machine's clock with the one that most nodes have; blocked where no node has told its time."""
    clocks = _clocks(nodes.values())
    if not clocks:
        return blank(ClientClock, f"no node's time is known ({', '.join(nodes)}; see the check ssh)")
    return ClientClock(round(CLIENT.apart_s(usual_clock(clocks)), 1))


def with_clock(facts: NodeFacts) -> NodeFacts:
    """Leave open whether a clock is kept that is off: why it is off is what the check clock tells."""
    if (
        reason(facts, "timekeeping")
        or reason(facts.fleet, "clock_off_by_s")
        or reason(facts.timekeeping, "synchronised")
    ):
        return facts
    if facts.fleet.clock_off_by_s <= MOST_APART_S or facts.timekeeping.synchronised:
        return facts
    why: Any = unobserved(f"the clock of {facts.name} is off by {facts.fleet.clock_off_by_s:g} s (see the check clock)")
    return replaced(facts, timekeeping=replaced(facts.timekeeping, synchronised=why))
