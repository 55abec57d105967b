"""Root folders of Debian: bookworm, which the images start from, and older ones."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from lab import limits
from lab.cache import kept
from lab.command import run
from lab.packages import need_packages
from lab.places import cache_folder

APT_SOURCES = Path("/etc/apt/sources.list.d/debian.sources")
APT = Path("/etc/apt")
UNPACK_EXPECTED_S = 60.0
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


def write_debian(
    part: Path, variant: str, packages: Sequence[str], hooks: Sequence[str] = (), exclude: Sequence[str] = ()
) -> None:
    """Make a tar of the folder at `part`, with this machine's own apt sources if it is bookworm itself.

    `variant` and `hooks` are mmdebstrap(1)'s; `exclude` are dpkg's path patterns.
    """
    need_packages({"mmdebstrap": "mmdebstrap", KEYRING: "debian-archive-keyring"})
    sources = [str(APT_SOURCES)] if APT_SOURCES.exists() and "bookworm" in APT_SOURCES.read_text() else []
    tar = part.with_name(part.name + ".tar")
    command = [
        "mmdebstrap",
        "--quiet",
        f"--variant={variant}",
        f"--include={','.join(packages)}",
        '--aptopt=Apt::Install-Recommends "false"',
        *(f"--dpkgopt=path-exclude={path}" for path in exclude),
        "--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr",
        *(f"--customize-hook={hook}" for hook in hooks),
        "bookworm",
        str(tar),
        *sources,
    ]
    run(command, timeout_s=limits.BUILD_S, environment={**os.environ, "TMPDIR": str(cache_folder())})
    tar.replace(part)


def unpacked_debian(suite: str, architecture: str, packages: Sequence[str]) -> Path:
    """Give a folder with packages of any of Debian's suites and architectures, unpacked and not configured, from this machine's own mirror."""
    inputs = [suite, architecture, *packages]
    return kept(
        f"{suite}-{architecture}", inputs, UNPACK_EXPECTED_S, lambda part: _unpack(part, suite, architecture, packages)
    )


def _unpack(part: Path, suite: str, architecture: str, packages: Sequence[str]) -> None:
    need_packages({"mmdebstrap": "mmdebstrap", KEYRING: "debian-archive-keyring"})
    command = [
        "mmdebstrap",
        "--quiet",
        "--variant=extract",
        f"--architectures={architecture}",
        f"--include={','.join(packages)}",
        '--aptopt=Apt::Install-Recommends "false"',
        '--aptopt=Acquire::Check-Valid-Until "false"',
        suite,
        str(part),
        *_mirror(suite),
    ]
    run(command, timeout_s=limits.BUILD_S, environment={**os.environ, "TMPDIR": str(cache_folder())})


def _mirror(suite: str) -> list[str]:
    """Give the suite's line for this machine's own mirror: its security updates may be gone, and mmdebstrap(1) would add them."""
    files = [APT / "sources.list", *sorted((APT / "sources.list.d").glob("*"))]
    text = "\n".join(file.read_text() for file in files if file.is_file())
    mirror = re.search(r"^(?:URIs:|deb(?: \[[^]]*\])?) +(\S+/debian/?)(?:\s|$)", text, re.MULTILINE)
    return [f"deb [signed-by={KEYRING}] {mirror[1]} {suite} main"] if mirror else []
