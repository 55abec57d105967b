"""The GPU's way, on a machine whose card has JPEG engines: `make selftest-gpu`."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edgeproof.workload.dataset import Recipe
from selftest.worker.beds.bed import Bed
from selftest.worker.driver import ask
from selftest.worker.preloaded import preloaded
from selftest.worker.worker_run import LIMIT_S, run

pytestmark = pytest.mark.gpu
RECIPE = Recipe(300, 500, 375, corrupt=2)
"""More than two groups of files, and than two batches."""

TALL = 0.3
"""Pillow 13 begins with the columns of images that are much taller than wide, 12 with the rows of all, as the GPU does: each rounds once between."""

LEFT_BYTES = 2000 << 20
"""Of the card's memory: batches of 128 do not fit in that, smaller ones do. The driver and its libraries take 0.7 GiB of it."""

NO_GRAPHS = "int cudaStreamBeginCapture(void *stream, int mode) { return 801; }\n"
"""CUDA's runtime with cudaErrorNotSupported for an answer."""

CUDNN = """
#include <dlfcn.h>
#include <stdint.h>
enum { NOT_SUPPORTED = 3000, POINTWISE = 0, STRIDES = 903 };
static void *real_one(const char *name) {
  void *cudnn = dlopen("libcudnn.so.9", RTLD_LAZY | RTLD_NOLOAD);
  return cudnn ? dlsym(cudnn, name) : 0;
}
#ifdef NO_FUSION
int cudnnBackendCreateDescriptor(int type, void **made) {
  int (*real)(int, void **) = real_one("cudnnBackendCreateDescriptor");
  return type == POINTWISE ? NOT_SUPPORTED : real(type, made);
}
#else
int cudnnBackendSetAttribute(void *of, int name, int type, int64_t count, void *values) {
  int (*real)(void *, int, int, int64_t, void *) = real_one("cudnnBackendSetAttribute");
  int64_t *strides = values;
  return name == STRIDES && count == 4 && strides[1] == 1 && strides[3] > 1 ? NOT_SUPPORTED : real(of, name, type, count, values);
}
#endif
"""
"""cuDNN that knows no pointwise operation, so that nothing can be fused with a convolution; or that takes no channels-last tensor
(numbers of cudnn_graph.h, cuDNN 9)."""

HOLD = (
    "import sys, torch; free = torch.cuda.mem_get_info()[0]\n"
    "held = torch.empty(free - int(sys.argv[1]), dtype=torch.uint8, device='cuda')\n"
    "print('held', flush=True); sys.stdin.read()"
)

FORK_IS_AN_ERROR = "error:This process"
"""Where threads are about: "This process (pid=…) is multi-threaded, use of fork() may lead to deadlocks", says Python 3.12 on."""


def test_engines_decode(worker: Bed, images: Path, missions: Any) -> None:
    """The JPEG engines do the work, nothing falls back, no process with threads forks, and the classes are the mission's."""
    record = run(worker, images, PYTHONWARNINGS=FORK_IS_AN_ERROR)
    assert (record["device"], record["fallbacks"]) == ("cuda", [])
    assert record["decoder"].startswith("nvJPEG")
    assert record["predictions"] == missions


def test_neither_compiler_nor_home(worker: Bed, images: Path, missions: Any) -> None:
    """As in a pod: nothing in PATH, and a home that nobody can write to."""
    record = run(worker, images, PATH="/nowhere", HOME="/proc/1/no-home")
    assert (record["fallbacks"], record["predictions"]) == ([], missions)
    assert record["decoder"].startswith("nvJPEG")


@pytest.mark.parametrize(
    ("side", "mean"),
    [
        ((64, 64), 0.05),
        ((224, 224), 0.05),
        ((500, 375), 0.05),
        ((375, 500), 0.05),
        ((2000, 320), 0.05),
        ((333, 1999), TALL),
    ],
    ids=str,
)
def test_resize_is_pillows(worker: Bed, side: tuple[int, int], mean: float) -> None:
    """On noise, where rounding shows most: no pixel is off by more than two of 255, and hardly any at all."""
    found = ask(worker, "gpu_pixels", {"side": side})
    assert found["largest"] < 2.01
    assert found["mean"] < mean


@pytest.mark.parametrize("library", ["libnvjpeg", "libnvrtc"])
def test_library_missing(worker: Bed, images: Path, missions: Any, library: str) -> None:
    """Without it Pillow decodes, and the record says what is missing, and that it costs."""
    hidden = f"for f in $(find / -xdev -name '{library}.so*' 2>/dev/null); do mount --bind /dev/null $f; done"
    command = f'{hidden}; exec "$@"'
    bare = replace(worker, python=("unshare", "-m", "sh", "-c", command, "sh", *worker.python))
    record = run(bare, images)
    (fallback,) = record["fallbacks"]
    assert fallback["piece"] == "JPEGs decoded on the GPU"
    assert library in fallback["why"]
    assert "times" in fallback["costs"]
    assert record["predictions"] == missions


def test_driver_without_graphs(worker: Bed, images: Path, missions: Any, tmp_path: Path) -> None:
    """Where CUDA records no launches (its runtime says so), they are made one by one, and the record names it."""
    runtime = preloaded(NO_GRAPHS, tmp_path)
    record = run(worker, images, LD_PRELOAD=runtime)
    assert {fallback["piece"] for fallback in record["fallbacks"]} == {"CUDA graph"}
    assert "captured" not in record["kernels"]
    assert record["predictions"] == missions


@pytest.mark.parametrize(
    ("without", "piece"),
    [("NO_FUSION", "convolutions by cuDNN, fused"), ("NO_LAYOUT", "channels last in memory")],
)
def test_older_cudnn(worker: Bed, images: Path, missions: Any, tmp_path: Path, without: str, piece: str) -> None:
    """What cuDNN says that it cannot do is done in the plain way, and the record names it."""
    record = run(worker, images, LD_PRELOAD=preloaded(f"#define {without}\n{CUDNN}", tmp_path))
    assert piece in [fallback["piece"] for fallback in record["fallbacks"]]
    assert record["device"] == "cuda"
    assert record["predictions"] == missions


def test_little_memory(worker: Bed, images: Path, missions: Any) -> None:
    """Where the card's memory is taken by others, the batch halves, the record says so, and the classes stay."""
    holder = subprocess.Popen(
        [*worker.python, "-c", HOLD, str(LEFT_BYTES)],
        env=worker.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        record = run(worker, images)
    finally:
        holder.kill()
        holder.communicate(timeout=LIMIT_S)
    assert record["predictions"] == missions
    assert record["batch"] < 128
    assert record["fallbacks"][0]["piece"] == "batch 128"
