"""The tuned profile predicts what the mission's loop predicts, whatever the precision, and on whatever files there are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from selftest.worker.beds.bed import Bed
from selftest.worker.driver import ask
from selftest.worker.odd_files import BAD, GOOD, write_odd_files
from selftest.worker.worker_run import run

PRECISIONS = ("fp32", "bf16")
COMPARED = 24
"""Images whose every class's probability is compared: where a processor has no bf16, each takes a second."""


@pytest.fixture(scope="module")
def missions(worker: Bed, photos: Path) -> dict[str, int]:
    """What the mission's loop predicts of the test set."""
    top1: dict[str, int] = run(worker, photos, "--profile", "seed")["predictions"]["top1"]
    return top1


@pytest.mark.parametrize("precision", PRECISIONS)
def test_classes(worker: Bed, photos: Path, missions: dict[str, int], precision: str) -> None:
    """Every image of the test set has the class that the mission's loop gives it."""
    record = run(worker, photos, "--precision", precision)
    assert (record["precision"], record["predictions"]["top1"]) == (precision, missions)


def test_classes_of_the_test_set_differ(missions: dict[str, int]) -> None:
    """It is no matter of one class for all."""
    assert len(set(missions.values())) > 5


@pytest.mark.parametrize("precision", PRECISIONS)
def test_probabilities(worker: Bed, photos: Path, precision: str) -> None:
    """No class's probability is further from the mission's than the record states."""
    found = ask(worker, "probabilities", {"folder": str(photos), "precision": precision, "count": COMPARED})
    assert found["largest_difference"] <= found["bound"]


@pytest.fixture(scope="module")
def odd(worker: Bed, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Both profiles' records over one file of each odd kind."""
    folder = tmp_path_factory.mktemp("odd")
    write_odd_files(folder)
    return {profile: run(worker, folder, "--profile", profile) for profile in ("seed", "tuned")}


@pytest.mark.parametrize("profile", ["seed", "tuned"])
def test_files_that_pillow_opens_have_a_class(odd: dict[str, dict[str, Any]], profile: str) -> None:
    """All of them, and only they."""
    assert sorted(odd[profile]["predictions"]["top1"]) == sorted(f"{kind}.jpg" for kind in GOOD)


@pytest.mark.parametrize("profile", ["seed", "tuned"])
def test_bad_files_cost_themselves_and_are_named(odd: dict[str, dict[str, Any]], profile: str) -> None:
    """Each of the other kinds is a failure of its own."""
    assert sorted(failure["name"] for failure in odd[profile]["failures"]) == sorted(f"{kind}.jpg" for kind in BAD)


def test_odd_files_are_handled_the_same(odd: dict[str, dict[str, Any]]) -> None:
    """The same classes, and the same reasons in the same words."""
    seed, tuned = odd["seed"], odd["tuned"]
    assert (tuned["predictions"], tuned["failures"]) == (seed["predictions"], seed["failures"])
