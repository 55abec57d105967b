"""Makes a thing once for all processes of a run: the first that asks makes it, the others wait for its file."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any


def once(folder: Path, name: str, make: Callable[[], Any]) -> Any:
    """Return the JSON-able value of `name`, made by whichever process of the run asks first.

    The wait is bounded by the time limits of `make` itself: the lock goes with the process that holds it.
    """
    file = folder / f"{name}.json"
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            part = file.with_suffix(".part")
            part.write_text(json.dumps(make()), encoding="utf-8")
            part.replace(file)
    return json.loads(file.read_text(encoding="utf-8"))
