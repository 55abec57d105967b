"""Debian packages that the lab needs on this machine."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from lab import limits
from lab.command import run
from lab.errors import LabError
from lab.say import Progress, say

APT_ENVIRONMENT = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
INSTALL_EXPECTED_S = 60.0


def need_packages(programs: dict[str, str]) -> None:
    """Install the Debian packages of those programs (or files, by absolute path) that this machine lacks.

    Raises LabError where something is missing and this is not root, or not Debian.
    """
    missing = sorted({package for program, package in programs.items() if not _is_here(program)})
    if not missing:
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise LabError(f"the lab needs the Debian packages {', '.join(missing)}: install them, or run this as root")
    say(f"installing Debian packages: {', '.join(missing)}")
    with Progress("apt-get install", INSTALL_EXPECTED_S):
        run(["apt-get", "update", "-q"], timeout_s=limits.BUILD_S, environment=APT_ENVIRONMENT)
        install = ["apt-get", "install", "-q", "-y", "--no-install-recommends", *missing]
        run(install, timeout_s=limits.BUILD_S, environment=APT_ENVIRONMENT)


def _is_here(program: str) -> bool:
    return Path(program).exists() if program.startswith("/") else shutil.which(program) is not None
