"""What a mount by hand printed."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from edgeproof.trial.mounts import TrialMount, parse_mount

SAMPLES = Path(__file__).parents[1] / "samples" / "trial_mount"


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.txt")), ids=lambda file: file.stem)
def test_mount(sample: Path) -> None:
    """A mount's words and exit status give its error, or its type and version."""
    wanted = yaml.safe_load(sample.with_suffix(".yaml").read_text())
    assert parse_mount(sample.read_text(), wanted.pop("status")) == TrialMount(**wanted)
