"""Interpreters that this machine has, each with its own torch: JetPack 4.6's software, JetPack 5's, and the newest that is served."""

from __future__ import annotations

from lab.images.wheels import X86_64, Wheels
from selftest.package.pythons import find_python
from selftest.worker.beds.bed import Bed, BedError

NEWER = (*X86_64, *(f"manylinux_2_{minor}_x86_64" for minor in range(5, 29)))


def python36() -> Bed:
    """Give Python 3.6 with torch 1.10.1; raises BedError where there is no Python 3.6."""
    return _bed("3.6", Wheels("old-py36.txt", "3.6.15", "cp36m", X86_64, 240.0))


def middle() -> Bed:
    """Give Python 3.8 with torch 1.13.1; raises BedError where there is no Python 3.8."""
    return _bed("3.8", Wheels("middle-py38.txt", "3.8.18", "cp38", NEWER, 240.0))


def newest() -> Bed:
    """Give Python 3.11 with the newest torch that was served when its lock was written; raises BedError where there is no Python 3.11."""
    return _bed("3.11", Wheels("newest-py311.txt", "3.11.2", "cp311", NEWER, 300.0))


def _bed(version: str, wheels: Wheels) -> Bed:
    python = find_python(version)
    if python is None:
        raise BedError(f"no Python {version} on this machine (PATH and pyenv's versions folder were looked through)")
    return Bed((python,), str(wheels.unpacked(wheels.lock.removesuffix(".txt"))))
