"""Whether a node has room for one more pod, as the scheduler counts: taints, labels, and what is allocatable less what the pods there ask for."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from edgeproof.facts.cluster.gpu_way import RuntimeClass
from edgeproof.facts.cluster.members import HOSTNAME, Member
from edgeproof.facts.cluster.parse import pairs, part, text
from edgeproof.facts.cluster.pods import PodOnNode
from edgeproof.facts.cluster.quantities import Amounts, asked_by, shown, total
from edgeproof.facts.cluster.taints import tolerations_of

PODS = "pods"


def lacking(
    spec: dict[str, Any], member: Member, there: Iterable[PodOnNode], classes: Iterable[RuntimeClass]
) -> tuple[str, ...]:
    """Say what a node lacks for a pod of this spec, beside the pods that are `there`; nothing where the pod has room.

    Blocked where the Node object does not tell what is allocatable.
    """
    used = next((item for item in classes if item.name == text(spec, "runtimeClassName")), None)
    asked = total((asked_by(spec), dict(used.overhead) if used else {}, {PODS: Fraction(1)}))
    standing = [pod for pod in there if not pod.is_at_its_end and not pod.is_ours]
    return (*_taints(spec, member, used), *_labels(spec, member, used), *_amounts(asked, member, standing))


def _taints(spec: dict[str, Any], member: Member, used: RuntimeClass | None) -> list[str]:
    """Name the taints that keep the pod off; a cordon is another check's."""
    tolerations = (*tolerations_of(spec), *(used.tolerations if used else ()))
    kept = [taint for taint in member.taints if taint.keeps_off and not taint.is_cordon]
    return [f"it has the taint {t}" for t in kept if not any(toleration.covers(t) for toleration in tolerations)]


def _labels(spec: dict[str, Any], member: Member, used: RuntimeClass | None) -> list[str]:
    """Name the labels that the pod selects and the node has not."""
    own = [
        f"it has no label {label}"
        for label in sorted(pairs(part(spec, "nodeSelector")) - member.labels)
        if not label.startswith(HOSTNAME)
    ]
    by_class = sorted(used.node_selector - member.labels) if used else []
    return [
        *own,
        *(f"it has no label {label}, which the RuntimeClass {used.name} selects" for label in by_class if used),
    ]


def _amounts(asked: Amounts, member: Member, there: list[PodOnNode]) -> list[str]:
    """Name the resources of which too little is left; an extended one (nvidia.com/gpu) that the node does not tell of is not there."""
    taken = total([*(pod.asks_for for pod in there), {PODS: Fraction(len(there))}])
    short = []
    for name, amount in sorted(asked.items()):
        all_of_it = member.allocatable.get(name, Fraction() if "/" in name else None)
        if amount and all_of_it is not None and taken.get(name, Fraction()) + amount > all_of_it:
            short.append(_short(name, amount, all_of_it, there))
    return short


def _short(name: str, amount: Fraction, all_of_it: Fraction, there: list[PodOnNode]) -> str:
    """Say how much is asked for, is there and is taken, and by whom most of it."""
    if name == PODS:
        return f"{len(there)} pods are there, and it takes {shown(name, all_of_it)}"
    taken = sum((pod.asks_for.get(name, Fraction()) for pod in there), Fraction())
    holders = sorted((pod for pod in there if pod.asks_for.get(name)), key=lambda pod: -pod.asks_for[name])[:3]
    by = f" ({', '.join(map(repr, holders))})" if holders else ""
    return (
        f"{name}: {shown(name, amount)} is asked for, and {shown(name, taken)} of {shown(name, all_of_it)} is taken{by}"
    )
