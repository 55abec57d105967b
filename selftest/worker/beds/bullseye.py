"""Debian bullseye's Python 3.9 with torch 1.10.2, for this machine's processor and, under qemu-user, for arm64.

The packages are unpacked, not configured, and never entered by chroot(2): the root folder's own ld.so starts its Python, so that paths
mean in it what they mean outside, and neither root nor binfmt_misc is needed to run.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from pathlib import Path

from lab import limits
from lab.cache import kept
from lab.command import run
from lab.packages import need_packages
from lab.places import cache_folder
from selftest.worker.beds.bed import Bed
from selftest.worker.beds.wheels import ARM64, X86_64, Wheels

SUITE = "bullseye"
PACKAGES = ("python3", "python3-distutils", "python3-pkg-resources", "libgomp1")
APT = Path("/etc/apt")
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
QEMU = "qemu-aarch64-static"
DIST_PACKAGES = "usr/lib/python3/dist-packages"
ROOT_EXPECTED_S = 60.0


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
    "amd64", "x86_64-linux-gnu", "lib/x86_64-linux-gnu/ld-2.31.so", (), Wheels("old-py39.txt", "3.9.2", "cp39", X86_64, 240.0)
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
    inputs = [SUITE, architecture.debian, *PACKAGES]
    return kept(f"{SUITE}-{architecture.debian}", inputs, ROOT_EXPECTED_S, lambda part: _unpack(architecture, part))


def _sources() -> list[str]:
    """Give the suite's line for this machine's own mirror: its security updates may be gone, and mmdebstrap(1) would add them."""
    mirror = re.search(r"^(?:URIs:|deb(?: \[[^]]*\])?) +(\S+/debian/?)(?:\s|$)", _apt_sources(), re.MULTILINE)
    return [f"deb [signed-by={KEYRING}] {mirror[1]} {SUITE} main"] if mirror else []


def _apt_sources() -> str:
    files = [APT / "sources.list", *sorted((APT / "sources.list.d").glob("*"))]
    return "\n".join(file.read_text() for file in files if file.is_file())


def _unpack(architecture: Architecture, part: Path) -> None:
    need_packages({"mmdebstrap": "mmdebstrap", KEYRING: "debian-archive-keyring"})
    command = [
        "mmdebstrap", "--quiet", "--variant=extract", f"--architectures={architecture.debian}", f"--include={','.join(PACKAGES)}",
        '--aptopt=Apt::Install-Recommends "false"', '--aptopt=Acquire::Check-Valid-Until "false"', SUITE, str(part), *_sources(),
    ]  # fmt: skip
    run(command, timeout_s=limits.BUILD_S, environment={**os.environ, "TMPDIR": str(cache_folder())})
