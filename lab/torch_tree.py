"""torch, torchvision and Pillow as one folder, which nodes mount read-only and pods get as they get CUDA on a Jetson."""

from __future__ import annotations

import sys
from pathlib import Path

from lab import limits
from lab.build import digest, kept
from lab.command import run
from lab.places import CHECKOUT

LOCK = CHECKOUT / "requirements" / "torch.txt"
NODE_PYTHON = "3.11"
"""Debian bookworm's, in the stand-in image of l4t-pytorch."""
EXPECTED_S = 150.0


def torch_tree() -> Path:
    """Give the folder, installing it first if need be (3 GB to fetch, 4.6 GB on disk)."""
    return kept("torch", [LOCK.read_text(), NODE_PYTHON], EXPECTED_S, _install)


def _install(part: Path) -> None:
    flags = ["--quiet", "--disable-pip-version-check", "--require-hashes", "--no-compile", "--target", str(part)]
    platforms = [
        f"--platform=manylinux{suffix}_x86_64" for suffix in ("_2_28", "_2_27", "_2_24", "_2_17", "2014", "_2_5")
    ]
    foreign = ["--python-version", NODE_PYTHON, "--only-binary=:all:", "--implementation=cp", *platforms]
    own = f"{sys.version_info[0]}.{sys.version_info[1]}" == NODE_PYTHON
    pip = [sys.executable, "-m", "pip", "install", *flags, *([] if own else foreign), "-r", str(LOCK)]
    run(pip, timeout_s=limits.BUILD_S)
    if own:
        # Mounted read-only, it could never be compiled later: a quarter of a slow node's import time.
        run([sys.executable, "-m", "compileall", "-q", "-j", "2", str(part)], timeout_s=limits.BUILD_S, check=False)


def torch_tree_name() -> str:
    """Name the folder without making it."""
    return f"torch-{digest([LOCK.read_text(), NODE_PYTHON])}"
