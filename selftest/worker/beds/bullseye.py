"""Debian bullseye's Python 3.9 with torch 1.10.2, for this machine's processor and, under qemu-user, for arm64.

The packages are unpacked, not configured, and never entered by chroot(2): the root folder's own ld.so starts its Python, so that paths
mean in it what they mean outside, and neither root nor binfmt_misc is needed to run.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from lab.images.debian import unpacked_debian
from lab.images.older_software import PACKAGES, SUITE, WHEELS
from lab.images.wheels import ARM64, Wheels
from lab.packages import need_packages
from selftest.worker.beds.bed import Bed

QEMU = "qemu-aarch64-static"
DIST_PACKAGES = "usr/lib/python3/dist-packages"

ARM64_SLOWNESS = 20.0
OLD_NUMPY = Wheels("old-numpy.txt", "3.9.2", "cp39", ARM64, 10.0)


@dataclass(frozen=True)
class Architecture:
    """Debian's name of it, the folder its libraries are in, its ld.so, what runs its programs here, its wheels."""

    debian: str
    libraries: str
    loader: str
    emulator: tuple[str, ...]
    wheels: Wheels


AMD64 = Architecture(
    "amd64", "x86_64-linux-gnu", "lib/x86_64-linux-gnu/ld-2.31.so", (), WHEELS
)  # fmt: skip
AARCH64 = Architecture(
    "arm64", "aarch64-linux-gnu", "lib/aarch64-linux-gnu/ld-2.31.so", (QEMU,), Wheels("old-py39.txt", "3.9.2", "cp39", ARM64, 60.0)
)  # fmt: skip


def bullseye() -> Bed:
    """Give it for x86-64; raises LabError where it cannot be built."""
    return _bed(AMD64)


def arm64() -> Bed:
    """Give it for arm64, emulated: dozens of times slower; raises LabError where it cannot be built."""
    need_packages({QEMU: "qemu-user-static"})
    return replace(_bed(AARCH64), slowness=ARM64_SLOWNESS)


def with_old_numpy(bed: Bed) -> Bed:
    """Give the bed for arm64 with a numpy that its torch does not take (1.19, where it was built for API 0xf: 1.22)."""
    return replace(bed, python_path=f"{OLD_NUMPY.unpacked('old-numpy')}:{bed.python_path}")


def _bed(architecture: Architecture) -> Bed:
    root = unpacked_root(architecture)
    folders = [root / top / architecture.libraries for top in ("lib", "usr/lib")]
    start = (
        *architecture.emulator, str(root / architecture.loader), "--library-path", ":".join(map(str, folders)),
        str(root / "usr/bin/python3.9"),
    )  # fmt: skip
    wheels = architecture.wheels.unpacked(f"old-py39-{architecture.debian}")
    path = f"{wheels}:{root / DIST_PACKAGES}"  # Debian's own are not on an unconfigured Python's path
    return Bed(start, path, {"PYTHONHOME": str(root / "usr")})


def unpacked_root(architecture: Architecture) -> Path:
    """Give the folder of its packages, unpacking them first if need be; raises LabError."""
    return unpacked_debian(SUITE, architecture.debian, PACKAGES)
