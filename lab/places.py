"""Where the lab keeps things, all outside the checkout: builds in the cache folder, running labs in the state folder."""

from __future__ import annotations

import os
from pathlib import Path

SOURCE = Path(__file__).parent
CHECKOUT = SOURCE.parent


def _base(variable: str, default: str) -> Path:
    given = os.environ.get(variable)
    return (Path(given) if given else Path.home() / default) / "edgeproof"


def cache_folder() -> Path:
    """Give ${XDG_CACHE_HOME:-~/.cache}/edgeproof: what was built, keyed by its inputs."""
    return _base("XDG_CACHE_HOME", ".cache")


def state_folder() -> Path:
    """Give ${XDG_STATE_HOME:-~/.local/state}/edgeproof/lab: one folder for each lab, and the daemon's."""
    return _base("XDG_STATE_HOME", ".local/state") / "lab"
