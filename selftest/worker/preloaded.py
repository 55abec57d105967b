"""A library put before a program's others (LD_PRELOAD): it takes a piece away from a real program."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

COMPILE_S = 60.0


def preloaded(source: str, folder: Path) -> str:
    """Compile C source, and give the library's path; the test is skipped where there is no compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler, to build a library with")
    library = folder / "preloaded.so"
    build = [compiler, "-shared", "-fPIC", "-x", "c", "-", "-o", str(library)]
    subprocess.run(build, input=source, text=True, timeout=COMPILE_S, check=True)
    return str(library)
