"""A root folder of Debian bookworm, which the images start from."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from lab import limits
from lab.command import run
from lab.packages import need_packages
from lab.places import cache_folder

APT_SOURCES = Path("/etc/apt/sources.list.d/debian.sources")
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
