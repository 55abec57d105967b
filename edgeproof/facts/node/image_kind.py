"""Which machines one image runs on: those of its architecture and, on a Jetson, of its L4T release's first number."""

from __future__ import annotations

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm"}
"""What images call an architecture, by what `uname -m` prints."""


def image_kind(architecture: str, l4t_major: str) -> str:
    """Name the kind, as in `arm64, L4T 36`; the architecture alone where there is no L4T."""
    return f"{architecture}, L4T {l4t_major}" if l4t_major else architecture


def l4t_branch(major: int, minor: int) -> str:
    """Name the releases of L4T whose images run on this one, too (dusty-nv/jetson-containers, l4t_version.py)."""
    if major == 36:
        return "L4T 36.4 and later" if minor >= 4 else "L4T 36 before 36.4"
    return f"L4T {major}" if major >= 34 else f"L4T {major}.{minor}"
