"""What is built once and kept: each thing keyed by a hash of its inputs, built aside and put in place whole."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from lab.places import cache_folder
from lab.say import Progress


def digest(inputs: Iterable[str | Path]) -> str:
    """Hash texts and the contents of files and folders: 12 hexadecimal digits."""
    total = hashlib.sha256()
    for item in inputs:
        if isinstance(item, str):
            total.update(item.encode())
            continue
        for file in sorted(item.rglob("*")) if item.is_dir() else [item]:
            if file.is_file() and "__pycache__" not in file.parts:
                total.update(file.name.encode() + file.read_bytes())
    return total.hexdigest()[:12]


def kept(name: str, inputs: Iterable[str | Path], expected_s: float, make: Callable[[Path], None]) -> Path:
    """Give the path of a built thing, building it first if its inputs changed or nobody has yet.

    `make` writes a file or folder at the path it is given. What an interrupted build leaves is thrown away by the next.
    """
    folder = cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{name}-{digest(inputs)}"
    if target.exists():
        return target
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.exists():
            part = folder / f"{target.name}.part"
            _remove(part)
            with Progress(f"building {target.name}", expected_s):
                make(part)
            part.replace(target)
    return target


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
