"""What a run made in the cluster and could not remove: tried once more at the run's end, and told."""

from __future__ import annotations

from pathlib import Path

import pytest

from edgeproof.errors import EdgeproofError
from edgeproof.plugin.session import INVENTORY, SHARED


def note_of(config: pytest.Config, run_id: str) -> Path:
    """Give the file that stands in the run's shared folder as long as the namespace of `run_id` does."""
    folder = _notes(config)
    folder.mkdir(exist_ok=True)
    return folder / run_id


def remove_left(config: pytest.Config) -> list[EdgeproofError]:
    """Remove what a process of the run did not: xdist ends one at once where the run is interrupted. Gives what stands in the way."""
    if SHARED not in config.stash or INVENTORY not in config.stash:
        return []
    notes = list(_notes(config).glob("*"))
    if not notes:
        return []
    from edgeproof.connect.api import KubernetesApi
    from edgeproof.trial.namespace import remove_run

    failures = []
    for note in notes:
        try:
            remove_run(KubernetesApi(config.stash[INVENTORY]), note.name)
            note.unlink()
        except EdgeproofError as error:
            failures.append(error)
    return failures


def _notes(config: pytest.Config) -> Path:
    return config.stash[SHARED] / "namespaces"
