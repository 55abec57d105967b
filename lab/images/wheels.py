"""Wheels of a lock file, unpacked as a folder for a Python that need not be this one."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from lab import limits
from lab.cache import kept
from lab.command import run
from lab.places import CHECKOUT

X86_64 = ("manylinux1_x86_64", "manylinux2010_x86_64", "manylinux2014_x86_64", "manylinux_2_17_x86_64")
ARM64 = ("manylinux2014_aarch64", "manylinux_2_17_aarch64")


@dataclass(frozen=True)
class Wheels:
    """A lock file's wheels for one Python and its machine; `platforms` are tags of wheels, `abi` is, too."""

    lock: str
    python_version: str
    abi: str
    platforms: tuple[str, ...]
    expected_s: float

    def unpacked(self, name: str) -> Path:
        """Give the folder, fetching and unpacking it first if need be."""
        inputs = [self._lock_file.read_text(), self.python_version, self.abi, *self.platforms]
        return kept(name, inputs, self.expected_s, self._install)

    @property
    def _lock_file(self) -> Path:
        return CHECKOUT / "requirements" / self.lock

    def _install(self, part: Path) -> None:
        flags = ("--quiet", "--disable-pip-version-check", "--no-deps", "--no-compile", "--require-hashes")
        foreign = (
            "--only-binary=:all:", "--implementation=cp", f"--abi={self.abi}", f"--python-version={self.python_version}",
            "--ignore-requires-python", *(f"--platform={tag}" for tag in self.platforms),
        )  # fmt: skip
        pip = [
            sys.executable,
            "-m",
            "pip",
            "install",
            *flags,
            *foreign,
            "--target",
            str(part),
            "-r",
            str(self._lock_file),
        ]
        run(pip, timeout_s=limits.BUILD_S)
