"""["torch.nn.Linear", ...] -> those that this torch lacks."""

import importlib
from typing import List

import torch

from selftest.worker.drivers.answering import answer


def is_here(name: str) -> bool:
    """Walk from torch to the last part; a module that nobody has imported yet is imported."""
    found, path = torch, "torch"
    for part in name.split(".")[1:]:
        path += "." + part
        try:
            found = getattr(found, part)
        except (AttributeError, RuntimeError):
            try:
                found = importlib.import_module(path)
            except ImportError:
                return False
    return True


def missing(names: List[str]) -> List[str]:
    """List them."""
    return [name for name in names if not is_here(name)]


if __name__ == "__main__":
    answer(missing)
