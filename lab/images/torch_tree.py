"""torch, torchvision and Pillow as one folder, which nodes mount read-only and pods get as they get CUDA on a Jetson.

`python -m lab.images.torch_tree --link VENV` lets a venv of this machine import from the folder, too.
"""

from __future__ import annotations

import argparse
import sys
import sysconfig
from pathlib import Path

from lab import limits
from lab.cache import digest, kept
from lab.command import run
from lab.errors import LabError
from lab.places import CHECKOUT

LOCK = CHECKOUT / "requirements" / "torch.txt"
NODE_PYTHON = "3.11"
"""Debian bookworm's, in the stand-in image of l4t-pytorch."""
EXPECTED_S = 150.0
LINK = "torch-of-the-lab.pth"


def torch_tree() -> Path:
    """Give the folder, installing it first if need be (3 GB to fetch, 4.6 GB on disk)."""
    return kept("torch", _inputs(), EXPECTED_S, _install)


def torch_tree_name() -> str:
    """Name the folder without making it."""
    return f"torch-{digest(_inputs())}"


def link(venv: Path) -> Path:
    """Let a venv import from the folder, and give the file that does it (Python's module site, .pth files).

    Raises LabError where the folder is no venv of this Python, or this Python is another than the folder's.
    """
    if not _is_node_python():
        raise LabError(f"the lab's torch is for Python {NODE_PYTHON}: pip install -r {LOCK}")
    site_packages = Path(sysconfig.get_path("purelib", "posix_prefix", {"base": str(venv)}))
    if not site_packages.is_dir():
        raise LabError(f"{venv}: no venv of Python {NODE_PYTHON} (no folder {site_packages})")
    file = site_packages / LINK
    file.write_text(f"{torch_tree()}\n")
    return file


def _inputs() -> list[str]:
    return [LOCK.read_text(), NODE_PYTHON]


def _is_node_python() -> bool:
    return f"{sys.version_info[0]}.{sys.version_info[1]}" == NODE_PYTHON


def _install(part: Path) -> None:
    flags = ["--quiet", "--disable-pip-version-check", "--require-hashes", "--no-compile", "--target", str(part)]
    platforms = [
        f"--platform=manylinux{suffix}_x86_64" for suffix in ("_2_28", "_2_27", "_2_24", "_2_17", "2014", "_2_5")
    ]
    foreign = ["--python-version", NODE_PYTHON, "--only-binary=:all:", "--implementation=cp", *platforms]
    own = _is_node_python()
    pip = [sys.executable, "-m", "pip", "install", *flags, *([] if own else foreign), "-r", str(LOCK)]
    run(pip, timeout_s=limits.BUILD_S)
    if own:
        # Mounted read-only, it could never be compiled later: a quarter of a slow node's import time.
        run([sys.executable, "-m", "compileall", "-q", "-j", "2", str(part)], timeout_s=limits.BUILD_S, check=False)


def main() -> None:
    """Make the folder, and with --link the link to it; print the path of what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m lab.images.torch_tree", description="torch as the lab has it")
    parser.add_argument(
        "--link",
        metavar="VENV",
        type=Path,
        nargs="?",
        const=Path(sys.prefix),
        help="let a venv import torch from the lab's folder (without VENV: this Python's own)",
    )
    venv = parser.parse_args().link
    try:
        print(torch_tree() if venv is None else link(venv))
    except LabError as error:
        sys.exit(f"lab: {error}")


if __name__ == "__main__":
    main()
