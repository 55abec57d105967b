"""The bed that the worker runs on (`--worker-bed`), random weights, and a test set."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from edgeproof.workload.dataset import Recipe, make_dataset
from lab.places import CHECKOUT
from selftest.worker.beds.all_beds import ARM64, BEDS, TODAY
from selftest.worker.beds.bed import Bed, BedError
from selftest.worker.not_on import NOT_ON
from selftest.worker.worker_run import LIMIT_S, run

HERE = Path(__file__).parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what stands on the list of what a bed does not run, with its reason."""
    left_out = NOT_ON.get(config.getoption("worker_bed"), {})
    no_gpu = pytest.mark.skip(reason="no NVIDIA card here: make selftest-gpu on a machine that has one")
    for item in items:
        if item.get_closest_marker("gpu") and not Path("/dev/nvidia0").exists():
            item.add_marker(no_gpu)
        if item.path.parent == HERE and item.name in left_out:
            item.add_marker(pytest.mark.skip(reason=left_out[item.name]))


@pytest.fixture(scope="session")
def bed(request: pytest.FixtureRequest) -> Bed:
    """The bed, built first if need be."""
    name = request.config.getoption("worker_bed")
    try:
        return BEDS[name]()
    except BedError as error:
        if name != TODAY:
            raise
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def worker(request: pytest.FixtureRequest, bed: Bed, tmp_path_factory: pytest.TempPathFactory) -> Bed:
    """The bed with random weights made once, as the image's build makes them.

    One thread an image: the mission's loop, given two cores that other tests are on, takes twice as long.
    """
    baked = tmp_path_factory.mktemp("weights") / "weights.pth"
    # Under emulation they would take half an hour: those of another bed are as good.
    baker = BEDS["old"]() if request.config.getoption("worker_bed") == ARM64 else bed
    command = [*baker.python, "-m", "worker", "--weights", "random", "--bake", str(baked)]
    subprocess.run(command, cwd=CHECKOUT, env=baker.environment, timeout=LIMIT_S, check=True)
    return bed.given(EDGEPROOF_WEIGHTS=str(baked), OMP_NUM_THREADS="1")


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A test set: 48 images of 320 x 240."""
    folder = tmp_path_factory.mktemp("photos")
    make_dataset(folder, Recipe(48, 320, 240))
    return folder


@pytest.fixture(scope="module")
def images(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The images of the module's RECIPE."""
    folder = tmp_path_factory.mktemp("images")
    make_dataset(folder, request.module.RECIPE)
    return folder


@pytest.fixture(scope="module")
def missions(worker: Bed, images: Path) -> Any:
    """What the mission's loop predicts of them."""
    return run(worker, images, "--profile", "seed")["predictions"]
