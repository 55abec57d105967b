"""Builds NVIDIA's container toolkit from its Go module: the real runtime, its command line and its hooks."""

from __future__ import annotations

from pathlib import Path

from lab.cache import kept
from lab.images.go_toolchain import copied, required
from lab.packages import need_packages
from lab.places import SOURCE

MODULE = "github.com/NVIDIA/nvidia-container-toolkit"
PROGRAMS = ("nvidia-container-runtime", "nvidia-container-runtime-hook", "nvidia-cdi-hook", "nvidia-ctk")
FILES = SOURCE / "parts" / "toolkit"
VERSION = required(MODULE, FILES).removeprefix("v")
EXPECTED_S = 45.0
LINK_C = "-Wl,--export-dynamic -Wl,--unresolved-symbols=ignore-in-object-files -Wl,-z,lazy"
"""As the toolkit's own Makefile links: what of libnvidia-ml.so is missing is told when it is called, not at the start."""


def container_toolkit() -> Path:
    """Give a folder with its programs."""
    return kept("toolkit", [FILES, VERSION, LINK_C, *PROGRAMS], EXPECTED_S, _build)


def _build(part: Path) -> None:
    need_packages({"gcc": "gcc", "/usr/include/stdlib.h": "libc6-dev"})
    part.mkdir()
    flags = f"-s -w -extldflags '{LINK_C}' -X {MODULE}/internal/info.version={VERSION}"
    packages = [f"{MODULE}/cmd/{program}" for program in PROGRAMS]
    with copied(part, FILES, cgo=True) as go:
        go("build", "-trimpath", "-ldflags", flags, "-o", f"{part}/", *packages)
