"""Kubernetes' quantities, as 500m, 1.5Gi or 12e6, and what a pod asks for in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from edgeproof.facts.cluster.parse import part, parts, text

SUFFIXES = {
    "n": Fraction(1, 10**9), "u": Fraction(1, 10**6), "m": Fraction(1, 1000), "": Fraction(1), "k": Fraction(10**3),
    **{letter: Fraction(10**power) for letter, power in (("M", 6), ("G", 9), ("T", 12), ("P", 15), ("E", 18))},
    **{f"{letter}i": Fraction(2 ** (10 * step)) for step, letter in enumerate("KMGTPE", 1)},
}  # fmt: skip
"""What a number's suffix multiplies it by (Kubernetes' reference, Quantity)."""

QUANTITY = re.compile(r"\+?([0-9]{1,20}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})(?:[eE]([+-]?[0-9]{1,2})|([a-zA-Z]{0,2}))")

Amounts = Mapping[str, Fraction]
"""How much of each resource, in its own unit: cores, bytes, pods, GPUs."""


def quantity(value: object) -> Fraction | None:
    """Read one quantity; None for what is none, or below nothing."""
    found = QUANTITY.fullmatch(str(value))
    if found is None or (found[2] is None and found[3] not in SUFFIXES):
        return None
    factor = Fraction(10) ** int(found[2]) if found[2] else SUFFIXES[found[3] or ""]
    return Fraction(f"0{found[1]}".rstrip(".")) * factor


def amounts(item: dict[str, Any]) -> dict[str, Fraction]:
    """Read the quantities of an object by name; what is none is left out."""
    found = ((str(name), quantity(value)) for name, value in item.items())
    return {name: amount for name, amount in found if amount is not None}


def asked_by(spec: dict[str, Any]) -> dict[str, Fraction]:
    """Say what a pod asks the scheduler for: its containers together, or its largest init container, and its RuntimeClass' overhead.

    An init container that goes on beside the others (restartPolicy Always) counts as one of them. A limit alone is a request, too.
    """
    beside = [item for item in parts(spec, "initContainers") if text(item, "restartPolicy") == "Always"]
    first = [item for item in parts(spec, "initContainers") if item not in beside]
    together = total(_asked(item) for item in (*parts(spec, "containers"), *beside))
    for item in first:
        asked = _asked(item)
        together = {name: max(together.get(name, Fraction()), asked.get(name, Fraction())) for name in together | asked}
    return total((together, amounts(part(spec, "overhead"))))


def total(several: Iterable[Amounts]) -> dict[str, Fraction]:
    """Add amounts up."""
    found: dict[str, Fraction] = {}
    for each in several:
        for name, amount in each.items():
            found[name] = found.get(name, Fraction()) + amount
    return found


def shown(name: str, amount: Fraction) -> str:
    """Write an amount as people do: bytes in Mi, all else as a number."""
    if name == "memory" or name.endswith("storage") or name.startswith("hugepages-"):
        return f"{float(amount / 2**20):.0f}Mi"
    return f"{float(amount):g}"


def _asked(container: dict[str, Any]) -> dict[str, Fraction]:
    return amounts(part(container, "resources", "limits")) | amounts(part(container, "resources", "requests"))
