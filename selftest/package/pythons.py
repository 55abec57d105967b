"""The Pythons of this machine that the wheel is for, and an environment for each, kept in the cache folder."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
VERSIONS = ("3.10", "3.11", "3.12", "3.13")
"""As pyproject.toml's classifiers name them."""

THIS_VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
INSTALL_S = 600.0
"""Making an environment and installing into it, at most."""


@dataclass(frozen=True)
class Environment:
    """A virtual environment with edgeproof's wheel in it."""

    folder: Path

    @property
    def bin(self) -> Path:
        """Where its programs are."""
        return self.folder / "bin"


def _interpreters(version: str) -> Iterator[str]:
    """Give the places a Python of that version may be at: this one, PATH, pyenv's folder."""
    if version == THIS_VERSION:
        yield sys.executable
    found = shutil.which(f"python{version}")
    if found:
        yield found
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from sorted(map(str, root.glob(f"versions/{version}.*/bin/python3")))


def find_python(version: str) -> str | None:
    """Name an interpreter of that version that runs and can make environments; None where there is none."""
    question = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"
    for program in _interpreters(version):
        answer = subprocess.run(
            [program, "-c", question], capture_output=True, text=True, timeout=INSTALL_S, check=False
        )
        if answer.stdout.strip() == version:
            return program
    return None


def environment(python: str, requirements: str, wheel: Path) -> Environment:
    """Make an environment with a lock file's packages, or take the one in the cache; put the wheel into it, if it is another.

    Several processes may ask at once: one makes it, the others wait. Wheels of the same files are the same to the byte.
    """
    lock = CHECKOUT / "requirements" / requirements
    digest = hashlib.sha256(lock.read_bytes() + python.encode()).hexdigest()[:12]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "edgeproof"
    cache.mkdir(parents=True, exist_ok=True)
    made = Environment(cache / f"wheel-{lock.stem}-{digest}")
    with made.folder.with_suffix(".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if not (made.folder / ".complete").exists():
            shutil.rmtree(made.folder, ignore_errors=True)
            _run(python, "-m", "venv", str(made.folder))
            _pip(made, "--require-hashes", "-r", str(lock))
            (made.folder / ".complete").touch()
        held, wanted = made.folder / ".wheel", hashlib.sha256(wheel.read_bytes()).hexdigest()
        if not held.exists() or held.read_text() != wanted:
            _pip(made, "--no-deps", "--force-reinstall", str(wheel))
            held.write_text(wanted)
    return made


def _pip(environment: Environment, *arguments: str) -> None:
    quiet = ("--quiet", "--disable-pip-version-check")
    _run(str(environment.bin / "python"), "-m", "pip", "install", *quiet, *arguments)


def build_wheel(folder: Path) -> Path:
    """Build the checkout's wheel into a folder, by the build backend of this environment."""
    flags = ("--quiet", "--disable-pip-version-check", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder))
    _run(sys.executable, "-m", "pip", "wheel", *flags, str(CHECKOUT))
    (wheel,) = folder.glob("edgeproof-*.whl")
    return wheel


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_S, check=False)
    assert done.returncode == 0, f"{' '.join(command)}:\n{done.stdout}{done.stderr}"
