"""What a pod's object says of how it does."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import yaml

from edgeproof.facts.cluster.members import parse_member
from edgeproof.trial.namespace import OwnNamespace
from edgeproof.trial.pods import lost, pod_state

SAMPLES = Path(__file__).parents[1] / "samples" / "pod"


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.json")), ids=lambda file: file.stem)
def test_state(sample: Path) -> None:
    """A Pod object gives what stands beside it in YAML; only the fields named there are compared."""
    wanted = yaml.safe_load(sample.with_suffix(".yaml").read_text())
    found = pod_state(json.loads(sample.read_text()))
    assert {name: getattr(found, name) for name in wanted} == wanted


def node(name: str, ready: str) -> dict[str, Any]:
    """Give a Node object whose Ready condition has this status."""
    condition = {"type": "Ready", "status": ready, "message": "Kubelet stopped posting node status."}
    return {"metadata": {"name": name}, "status": {"conditions": [condition]}}


def test_boards_that_were_lost_meanwhile() -> None:
    """Of those asked about: one that was Ready and is not; none that was not, that still is, that is gone, or that tells nothing."""
    before = [node(name, "True") for name in ("lost", "whole", "gone", "mute", "unasked")] + [node("never", "False")]
    mute = {"metadata": {"name": "mute"}, "status": {}}
    after = [node("lost", "Unknown"), node("whole", "True"), mute, node("unasked", "Unknown"), node("never", "Unknown")]
    cluster = SimpleNamespace(members={item["metadata"]["name"]: parse_member(item) for item in before})
    own = SimpleNamespace(cluster=cluster, api=SimpleNamespace(items=lambda url: after))
    found = lost(cast(OwnNamespace, own), ["lost", "whole", "gone", "mute", "never", "unknown"])
    assert found == {
        "lost": "lost was Ready when this run began, and is not any more: Kubelet stopped posting node status."
    }


def test_nothing_is_asked_where_all_run() -> None:
    """No boards, no question."""
    own = SimpleNamespace(cluster=SimpleNamespace(members={}), api=None)
    assert lost(cast(OwnNamespace, own), []) == {}
