"""Room for one more pod on a node, as the scheduler counts."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from edgeproof.facts.cluster.quantities import asked_by, quantity
from selftest.facts.clusters import cluster_of, read_sample
from selftest.facts.test_cluster import JSON, answer

ROOM: list[dict[str, Any]] = read_sample("room")["room"]


@pytest.mark.parametrize("question", ROOM, ids=[f"{place}-{item['node']}" for place, item in enumerate(ROOM)])
def test_room(question: dict[str, Any], tmp_path: Path) -> None:
    """What a node lacks for a pod is told, resource by resource, with the pods that hold it; what is not told blocks."""
    cluster = cluster_of("room", tmp_path)
    assert answer(lambda: cluster.lacks(question["node"], question["pod"])) == question["lacks"]


@pytest.mark.parametrize(
    ("words", "amount"),
    [
        ("500m", Fraction(1, 2)), ("1.5Gi", Fraction(3 * 2**29)), ("12e6", Fraction(12 * 10**6)), ("5E", Fraction(5 * 10**18)),
        ("7802004Ki", Fraction(7802004 * 1024)), (".5", Fraction(1, 2)), ("5.", Fraction(5)), (3, Fraction(3)), (0.25, Fraction(1, 4)),
        ("1e-3", Fraction(1, 1000)), ("-1", None), ("1 Gi", None), ("1KI", None), ("", None), (None, None), ([], None), ("9" * 5000, None),
    ],
)  # fmt: skip
def test_quantity(words: object, amount: Fraction | None) -> None:
    """A quantity is read in each form that Kubernetes takes; what is none is None."""
    assert quantity(words) == amount


@given(JSON)
def test_any_pod_asks_for_something_or_nothing(spec: Any) -> None:
    """Whatever stands where a pod's spec would, what it asks for is told without an error."""
    assert isinstance(asked_by(spec if isinstance(spec, dict) else {"containers": spec}), dict)
