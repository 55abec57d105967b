"""The weights as they come: torchvision's files old and new, none without a network, and files that are something else."""

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path

import pytest

from lab.places import CHECKOUT
from selftest.worker.beds.bed import Bed
from selftest.worker.worker_run import LIMIT_S

MAKER = """
import json, sys, torch
from torchvision import models
folder = sys.argv[1]
state = models.resnet50().state_dict()
torch.save(state, folder + "/new.pth")
torch.save(state, folder + "/legacy.pth", _use_new_zipfile_serialization=False)
old = {name: value for name, value in state.items() if not name.endswith("num_batches_tracked")}
torch.save(old, folder + "/resnet50-before-0.3.pth", _use_new_zipfile_serialization=False)
torch.save({"epoch": 90, "state_dict": {"module." + name: value for name, value in state.items()}}, folder + "/trained.pth")
torch.save(models.resnet50(), folder + "/whole.pth")
torch.save(models.resnet18().state_dict(), folder + "/resnet18.pth")
torch.save(models.resnet50(num_classes=10).state_dict(), folder + "/ten.pth")
torch.save([1, 2], folder + "/list.pth")
"""
"""Makes files of weights, good ones and others, as torch itself writes them."""

GOOD = ("new", "legacy", "resnet50-before-0.3", "trained")


@pytest.fixture(scope="module")
def alone(bed: Bed, tmp_path_factory: pytest.TempPathFactory) -> Bed:
    """The bed with a home of its own, and a proxy that nobody runs: no network is asked for real."""
    nobody = "http://127.0.0.1:9"
    return bed.given(
        HOME=str(tmp_path_factory.mktemp("home")), https_proxy=nobody, http_proxy=nobody, OMP_NUM_THREADS="1"
    )


@pytest.fixture(scope="module")
def files(alone: Bed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with files of weights, made once, by the bed's own torch."""
    folder = tmp_path_factory.mktemp("files")
    command = [*alone.python, "-c", MAKER, str(folder)]
    subprocess.run(command, env=alone.environment, timeout=LIMIT_S * alone.slowness, check=True)
    for name, source in (("cut-new", "new"), ("cut-legacy", "legacy")):
        (folder / f"{name}.pth").write_bytes((folder / f"{source}.pth").read_bytes()[: 40 << 20])
    (folder / "page.pth").write_text("<html>404</html>")
    (folder / "resnet50-0676ba61.pth").write_bytes((folder / "new.pth").read_bytes())
    return folder


def ran(bed: Bed, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the worker to its end, whatever that is."""
    command, limit_s = [*bed.python, "-m", "worker", *arguments], LIMIT_S * bed.slowness
    return subprocess.run(
        command, cwd=CHECKOUT, env=bed.environment, timeout=limit_s, text=True, capture_output=True, check=False
    )


def bake(bed: Bed, weights: str, target: Path) -> subprocess.CompletedProcess[str]:
    """Run it as the image's build does."""
    return ran(bed, "--weights", weights, "--bake", str(target))


@pytest.mark.parametrize("name", GOOD)
def test_files_of_torchvision_are_taken(name: str, files: Path, alone: Bed, tmp_path: Path) -> None:
    """A state_dict in either form of file, old or trained further, is taken, and the record names its file and that one's hash."""
    done = bake(alone, str(files / f"{name}.pth"), tmp_path / "weights.pth")
    assert (done.returncode, done.stderr) == (0, "")
    images = ("--source", "synthetic", "--total-images", "1", "--weights", str(tmp_path / "weights.pth"))
    record = json.loads(ran(alone, *images, "--profile", "seed").stdout.splitlines()[-1])
    digest = hashlib.sha256((files / f"{name}.pth").read_bytes()).hexdigest()
    assert (record["images_done"], record["weights"]) == (1, f"file: {name}.pth (sha256 {digest})")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("cut-new", "41943040 bytes, truncated or damaged"),
        ("cut-legacy", "41943040 bytes, truncated or damaged"),
        ("page", "16 bytes that are no weights of torch's"),
        ("resnet50-0676ba61", "damaged: its name says that its sha256 begins with 0676ba61"),
        ("resnet18", "not the weights of torchvision's resnet50: "),
        ("ten", "fc.weight has the shape (10, 2048), not (1000, 2048)"),
        ("list", "holds no state_dict, but list"),
        ("absent", "No such file or directory"),
    ],
)
def test_other_files_are_named(name: str, words: str, files: Path, alone: Bed, tmp_path: Path) -> None:
    """What is no file of ResNet-50's weights ends the build with one line, which names the file and what is wrong with it."""
    done = bake(alone, str(files / f"{name}.pth"), tmp_path / "weights.pth")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"worker: {files / name}.pth: ")
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_whole_model(files: Path, alone: Bed, tmp_path: Path) -> None:
    """It is taken for its weights, or, where torch reads nothing but weights (2.6 and later), told to be saved without the rest."""
    done = bake(alone, str(files / "whole.pth"), tmp_path / "weights.pth")
    assert done.returncode == 0 or "save the model's state_dict() alone" in done.stderr


def test_pretrained_without_a_network(alone: Bed, tmp_path: Path) -> None:
    """It is said what was asked for, from where, and how to give a file."""
    done = bake(alone, "pretrained", tmp_path / "weights.pth")
    assert done.returncode == 1
    assert done.stderr.startswith(
        "worker: pretrained weights (ResNet-50, IMAGENET1K_V1) were not to be had from https://"
    )
    assert all(
        words in done.stderr
        for words in ("resnet50-0676ba61.pth", "workload.weights in cluster.yaml", "--weights FILE")
    )
