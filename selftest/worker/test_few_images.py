"""Both profiles over a few images: what an emulated processor, dozens of times slower, can be asked for, too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from edgeproof.workload.dataset import Recipe
from selftest.worker.beds.bed import Bed
from selftest.worker.beds.bullseye import with_old_numpy
from selftest.worker.driver import ask
from selftest.worker.worker_run import run

RECIPE = Recipe(2, 96, 72, seed=15)


@pytest.fixture(scope="module")
def records(worker: Bed, images: Path) -> dict[str, Any]:
    """The record of each profile."""
    batch = ["--batch", str(RECIPE.count)]  # a batch of nothing warms up, too
    return {profile: run(worker, images, "--profile", profile, *batch) for profile in ("seed", "tuned")}


def test_profiles_agree(records: dict[str, Any]) -> None:
    """The same classes, of all images."""
    assert sorted(records["tuned"]["predictions"]["top1"]) == RECIPE.names()
    assert records["tuned"]["predictions"] == records["seed"]["predictions"]


def test_numpy_too_old_for_torch(bed: Bed) -> None:
    """This torch takes no arrays of it: every image failed in the mission's loop. Now an image becomes the same tensor without."""
    found = ask(with_old_numpy(bed), "to_tensor", [31, 17])
    assert found == {
        "equal": [True, True],
        "fallbacks": [{"piece": "torchvision's ToTensor", "why": "Numpy is not available"}],
    }
