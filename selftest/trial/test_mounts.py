"""What a mount by hand printed."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from edgeproof.facts.observed import observed, unobserved
from edgeproof.inventory import Storage
from edgeproof.trial.mounts import own_options, parse_mount

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


def test_declared_options_but_for_those_of_the_trial() -> None:
    """The mount by hand is read-only and gives up: what would change that is left to the pods."""
    storage = Storage(mount_options=("hard", "timeo=600", "nfsvers=3", "rsize=65536", "rw"))
    assert own_options(storage) == ["nfsvers=3", "rsize=65536"]


@pytest.mark.parametrize("option", ["nfsvers=3,soft", "$(reboot)", "a b", ""])
def test_one_option_a_word(option: str) -> None:
    """Options go to a shell on the agents: each is one word of mount's."""
    with pytest.raises(ValidationError, match="mount_options"):
        Storage(mount_options=(option,))
