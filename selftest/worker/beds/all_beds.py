"""The beds by name."""

from __future__ import annotations

from selftest.worker.beds.bed import Bed, BedError, Builder
from selftest.worker.beds.bullseye import arm64, bullseye
from selftest.worker.beds.pythons import middle, newest, python36
from selftest.worker.beds.today import today


def old() -> Bed:
    """Give the oldest software that this machine can run: Python 3.6 where it is found, else bullseye's 3.9."""
    try:
        return python36()
    except BedError:
        return bullseye()


TODAY, ARM64 = "today", "arm64"
BEDS: dict[str, Builder] = {
    TODAY: today, "old": old, "python36": python36, "bullseye": bullseye, "middle": middle, "newest": newest, ARM64: arm64,
}  # fmt: skip
