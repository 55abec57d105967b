"""Taints and what tolerates them, as the scheduler reads them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from edgeproof.facts.cluster.parse import parts, text

OF_THE_NODE = ("node.kubernetes.io/", "node.cloudprovider.kubernetes.io/")
"""Keys of taints that Kubernetes itself sets and takes away, as a node comes and goes."""
CORDONED = "node.kubernetes.io/unschedulable"


@dataclass(frozen=True)
class Taint:
    """One taint; `str()` gives it as kubectl takes it."""

    key: str
    value: str
    effect: str

    def __str__(self) -> str:
        return f"{self.key}={self.value}:{self.effect}" if self.value else f"{self.key}:{self.effect}"

    @property
    def is_set_by_somebody(self) -> bool:
        """Whether a person (or their tool) has set it: it is none that comes and goes with the node's health."""
        return self.key == CORDONED or not self.key.startswith(OF_THE_NODE)

    @property
    def is_cordon(self) -> bool:
        """Whether it is what `kubectl cordon` sets."""
        return self.key == CORDONED

    @property
    def keeps_off(self) -> bool:
        """Whether pods that do not tolerate it stay off."""
        return self.effect in ("NoSchedule", "NoExecute")


@dataclass(frozen=True)
class Toleration:
    """One toleration; what is left out of it stands for all."""

    key: str
    operator: str
    value: str
    effect: str

    def covers(self, taint: Taint) -> bool:
        """Tell whether it tolerates a taint (Kubernetes' ToleratesTaint); an operator that is not known covers none."""
        if self.effect not in ("", taint.effect) or self.key not in ("", taint.key):
            return False
        if self.operator == "Exists":
            return True
        return self.operator in ("", "Equal") and self.key != "" and self.value == taint.value


def parse_taint(words: str) -> Taint:
    """Read KEY=VALUE:EFFECT, the value left out or not."""
    key_value, _, effect = words.rpartition(":")
    key, _, value = key_value.partition("=")
    return Taint(key, value, effect)


def taints_of(node: dict[str, Any]) -> tuple[Taint, ...]:
    """Read the taints of a Node's spec."""
    return tuple(Taint(text(t, "key"), text(t, "value"), text(t, "effect")) for t in parts(node, "taints"))


def tolerations_of(pod: dict[str, Any]) -> tuple[Toleration, ...]:
    """Read the tolerations of a Pod's spec."""
    return tuple(
        Toleration(text(t, "key"), text(t, "operator"), text(t, "value"), text(t, "effect"))
        for t in parts(pod, "tolerations")
    )
