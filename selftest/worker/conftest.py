"""torch, and random weights, for the selftests of the worker."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from edgeproof.workload.dataset import Recipe, make_dataset
from lab.images.torch_tree import NODE_PYTHON, torch_tree_name
from lab.places import CHECKOUT, cache_folder
from selftest.worker.worker_run import LIMIT_S


@pytest.fixture(scope="session")
def python_path() -> str:
    """Where torch is: as this Python has it, else the lab's, if it was fetched."""
    if importlib.util.find_spec("torch"):
        return os.environ.get("PYTHONPATH", "")
    tree = cache_folder() / torch_tree_name()
    if not tree.exists() or f"{sys.version_info[0]}.{sys.version_info[1]}" != NODE_PYTHON:
        pytest.skip(f"no torch for this Python: `make lab` fetches it for {NODE_PYTHON}")
    return str(tree)


@pytest.fixture(scope="session")
def torch(python_path: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a worker: where torch is, and random weights made once, as the image's build makes them."""
    baked = tmp_path_factory.mktemp("weights") / "weights.pth"
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": python_path, "EDGEPROOF_WEIGHTS": str(baked)}
    bake = [sys.executable, "-m", "worker", "--weights", "random", "--bake", str(baked)]
    subprocess.run(bake, cwd=CHECKOUT, env=environment, timeout=LIMIT_S, check=True)
    return environment


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A test set: 48 images of 320 x 240."""
    folder = tmp_path_factory.mktemp("photos")
    make_dataset(folder, Recipe(48, 320, 240))
    return folder
