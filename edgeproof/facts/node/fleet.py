"""A node among the others: what most of them have, and what it must not share with any."""

from __future__ import annotations

from collections import Counter

from edgeproof.facts.node.facts import Fleet, NodeFacts
from edgeproof.facts.observed import reason, unobserved


def fleet_of(facts: NodeFacts, nodes: dict[str, NodeFacts]) -> Fleet:
    """Compare one node with all that were observed."""
    others = [other for other in nodes.values() if other is not facts]
    return Fleet(
        l4t=_usual_release(nodes),
        silent_peers=_silent_peers(facts, others),
        same_hostname=_same(facts, others, "hostname"),
        same_machine_id=_same(facts, others, "machine_id"),
        worker_image_id=_usual_image(facts, nodes),
    )


def _usual_release(nodes: dict[str, NodeFacts]) -> str:
    releases = Counter(facts.platform.l4t for facts in nodes.values() if not reason(facts, "platform"))
    if not releases:
        return unobserved("no node told its L4T release")  # type: ignore[no-any-return]
    return releases.most_common(1)[0][0]


def _silent_peers(facts: NodeFacts, others: list[NodeFacts]) -> tuple[str, ...]:
    """Name the nodes that are up and do not answer this one; unobserved where it could not ask."""
    why = reason(facts, "answers")
    if why is not None:
        return unobserved(why)  # type: ignore[no-any-return]
    silent = facts.answers.silent
    return tuple(other.name for other in others if not other.reach.error and other.declared.address in silent)


def _usual_image(facts: NodeFacts, nodes: dict[str, NodeFacts]) -> str:
    """Give the id of the worker image that most nodes of this L4T have; of equally many, the server's, where it is built.

    An image for R32 does not run on R36, so boards of both have each their own.
    """
    alike = [other for other in nodes.values() if _l4t_major(other) == _l4t_major(facts)]
    holders = [other for other in alike if not reason(other, "worker_image") and other.worker_image.id]
    holders.sort(key=lambda other: other.declared.role != "server")
    ids = Counter(other.worker_image.id for other in holders)
    return ids.most_common(1)[0][0] if ids else "the worker image (no node has it)"


def _l4t_major(facts: NodeFacts) -> str:
    return "" if reason(facts, "platform") else facts.platform.l4t.split(".")[0]


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
