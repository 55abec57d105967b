"""A bed: a Python with torch, and how to start it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace


class BedError(Exception):
    """A bed cannot be had on this machine; the message says what is missing."""


@dataclass(frozen=True)
class Bed:
    """What starts a Python that imports torch, torchvision and Pillow: `[*python, "-m", "worker"]` in `environment`."""

    python: tuple[str, ...]
    python_path: str
    settings: dict[str, str] = field(default_factory=dict)
    slowness: float = 1.0
    """What a limit of time is multiplied by."""

    @property
    def environment(self) -> dict[str, str]:
        """Give all variables of a process on it: a worker gets none of the selftests' own."""
        return {"PATH": os.environ["PATH"], "PYTHONPATH": self.python_path, **self.settings}

    def given(self, **settings: str) -> Bed:
        """Give the same with more variables."""
        return replace(self, settings={**self.settings, **settings})

    def without_torch(self) -> Bed:
        """Give its Python alone."""
        return replace(self, python_path="")


Builder = Callable[[], Bed]
"""Finds or builds a bed; raises BedError or lab.errors.LabError where it cannot be had."""
