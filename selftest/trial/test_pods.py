"""What a pod's object says of how it does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from edgeproof.trial.pods import pod_state

SAMPLES = Path(__file__).parents[1] / "samples" / "pod"


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.json")), ids=lambda file: file.stem)
def test_state(sample: Path) -> None:
    """A Pod object gives what stands beside it in YAML; only the fields named there are compared."""
    wanted = yaml.safe_load(sample.with_suffix(".yaml").read_text())
    found = pod_state(json.loads(sample.read_text()))
    assert {name: getattr(found, name) for name in wanted} == wanted
