"""JetPack 4.6's software: Python 3.6 where this machine has one, torch 1.10.1."""

from __future__ import annotations

from selftest.package.pythons import find_python
from selftest.worker.beds.bed import Bed, BedError
from selftest.worker.beds.wheels import X86_64, Wheels

WHEELS = Wheels("old-py36.txt", "3.6.15", "cp36m", X86_64, 240.0)


def python36() -> Bed:
    """Give it; raises BedError where there is no Python 3.6."""
    python = find_python("3.6")
    if python is None:
        raise BedError("no Python 3.6 on this machine (PATH and pyenv's versions folder were looked through)")
    return Bed((python,), str(WHEELS.unpacked("old-py36")))
