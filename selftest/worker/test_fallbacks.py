"""A fast piece that is not there costs itself: the run goes on with what works, and the record says which piece and why.

Each is taken away for real, by an old torch, an old numpy, another allocator; not by a stand-in for the worker's own code.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from edgeproof.workload.dataset import Recipe, make_dataset
from selftest.worker.beds.bed import Bed
from selftest.worker.driver import ask
from selftest.worker.preloaded import preloaded
from selftest.worker.worker_run import LIMIT_S, run, started

RECIPE = Recipe(3, 96, 72, seed=15)
ONE_DNN = ("convolutions by oneDNN, fused and packed", "No such operator mkldnn")
NO_HALF = "not implemented for 'Half'"
POOLING = ("max_pool2d in bfloat16", "not implemented for 'BFloat16'")
OF_TORCH_1_10 = {
    "fp32": [ONE_DNN],
    "bf16": [POOLING, ONE_DNN],
    "fp16": [("fp16", NO_HALF), ONE_DNN],
}
"""What torch 1.10 has not, by the precision asked for."""

NO_MALLOPT = "int mallopt(int parameter, int value) { return 0; }\n"
"""An allocator that takes no settings, as musl's and most others."""


@pytest.mark.parametrize("precision", ["fp32", "bf16", "fp16"])
def test_formats_of_numbers(worker: Bed, images: Path, missions: Any, precision: str) -> None:
    """Whatever this torch lacks for a format is named, with torch's own words, and the classes are the mission's."""
    record = run(worker, images, "--precision", precision)
    fallbacks = [(fallback["piece"], fallback["why"]) for fallback in record["fallbacks"]]
    if record["torch"].startswith("1.10."):
        wanted = OF_TORCH_1_10[precision]
    else:
        # oneDNN's is a matter of the processor; fp16 on a CPU came with torch 2.1.
        wanted = [
            (piece, why) for piece, why in fallbacks if piece == ONE_DNN[0] or (piece, NO_HALF in why) == ("fp16", True)
        ]
    assert [piece for piece, _ in fallbacks] == [piece for piece, _ in wanted]
    assert all(words in why for (_, why), (_, words) in zip(fallbacks, wanted, strict=True))
    assert record["predictions"] == missions


def test_processor_held_back(worker: Bed, images: Path, missions: Any) -> None:
    """OneDNN told to leave AVX-512 alone (its own setting) has nothing quick in bf16, whatever the processor has: fp32 does it."""
    if "avx512_bf16" not in Path("/proc/cpuinfo").read_text():
        pytest.skip("this processor has no bf16 to take away")
    record = run(worker, images, ONEDNN_MAX_CPU_ISA="AVX2", DNNL_MAX_CPU_ISA="AVX2")
    assert record["device"] == "cuda" or record["precision"] == "fp32"
    assert record["device"] == "cuda" or "bf16" in [fallback["piece"] for fallback in record["fallbacks"]]
    assert record["predictions"] == missions


def test_default_profile(worker: Bed, images: Path, missions: Any) -> None:
    """As a pod starts it: torch 1.10 on a processor with bf16 died here, before its first image."""
    assert run(worker, images)["predictions"] == missions


def test_allocator_without_settings(worker: Bed, images: Path, missions: Any, tmp_path: Path) -> None:
    """It is left as it is."""
    record = run(worker, images, "--precision", "fp32", LD_PRELOAD=preloaded(NO_MALLOPT, tmp_path))
    assert record["fallbacks"][0] == {"piece": "allocator settings", "why": "mallopt refused"}
    assert record["predictions"] == missions


def test_synthetic_images_are_numpys(bed: Bed) -> None:
    """They were made by numpy once: a run of today has the same images, and the same classes."""
    assert ask(bed, "synthetic", [0, 1, 120, 98303]) == [True] * 4


def test_tensors_without_numpy(bed: Bed) -> None:
    """An image becomes the same tensor, to the bit; where torch takes numpy's arrays, nothing is fallen back from."""
    assert ask(bed, "to_tensor", [31, 17]) == {"equal": [True, True], "fallbacks": []}


@pytest.mark.parametrize("profile", ["seed", "tuned"])
def test_no_image_could_be_classified(worker: Bed, tmp_path: Path, profile: str) -> None:
    """That is no success: exit status 1, and the last line says why."""
    make_dataset(tmp_path / "images", Recipe(1, 96, 72, corrupt=1))
    with started(worker, tmp_path / "images", "--profile", profile) as process:
        _, err = process.communicate(timeout=LIMIT_S)
    last = err.splitlines()[-1]
    assert (process.returncode, last[:48], last[-8:]) == (
        1,
        "worker: no image could be classified: OSError: i",
        "(1 of 1)",
    )
