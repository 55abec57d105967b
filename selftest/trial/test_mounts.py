"""What a mount by hand printed."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from edgeproof.facts.observed import observed, unobserved
from edgeproof.trial.mounts import parse_mount

SAMPLES = Path(__file__).parents[1] / "samples" / "trial_mount"
UNTOLD = "the agent's kernel does not tell what it was built with"


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.txt")), ids=lambda file: file.stem)
def test_mount(sample: Path) -> None:
    """A mount's words and exit status give its error, or its type and version."""
    wanted = yaml.safe_load(sample.with_suffix(".yaml").read_text())
    found = parse_mount(sample.read_text(), wanted.pop("status"))
    kernel = wanted.pop("kernel", None)
    assert (found.complaint, found.version) == (wanted["complaint"], wanted["version"])
    assert found.version_let_in == wanted.get("let_in", "")
    assert observed(found, "kernel") == (frozenset(kernel) if kernel else unobserved(UNTOLD))
