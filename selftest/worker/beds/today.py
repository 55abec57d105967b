"""What the pods of the lab have, too: torch as this Python has it, else the lab's folder."""

from __future__ import annotations

import importlib.util
import os
import sys

from lab.images.torch_tree import NODE_PYTHON, torch_tree_name
from lab.places import cache_folder
from selftest.worker.beds.bed import Bed, BedError


def today() -> Bed:
    """Give it; raises BedError where nobody has fetched torch for this Python."""
    if importlib.util.find_spec("torch"):
        return Bed((sys.executable,), os.environ.get("PYTHONPATH", ""))
    tree = cache_folder() / torch_tree_name()
    if not tree.exists() or f"{sys.version_info[0]}.{sys.version_info[1]}" != NODE_PYTHON:
        raise BedError(f"no torch for this Python: `make lab` fetches it for {NODE_PYTHON}")
    return Bed((sys.executable,), str(tree))
