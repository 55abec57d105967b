"""`make check` fails on every breach of a house rule, and names it; without a breach it passes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
PLANTED = Path(__file__).with_name("planted")
CACHES = (".mypy_cache", ".import_linter_cache")
CHECK_S = 300.0
"""One `make check`, with its caches cold."""
SUITES = ("tests_node/planted.py", "tests_cluster/planted.py", "tests_workload/planted.py")
EVERYWHERE = ("edgeproof/inventory/planted.py", "lab/planted.py", "worker/planted.py", *SUITES)


@dataclass(frozen=True)
class Breach:
    """A text of the folder `planted`, the files of the copy that get it, and what `make check` must say beside them."""

    name: str
    places: tuple[str, ...]
    said: str


BREACHES = (
    Breach("upward-import", ("edgeproof/inventory/planted.py",), "edgeproof.inventory is not allowed to import"),
    Breach("untyped-function", EVERYWHERE, "missing a type annotation"),
    Breach("time-limit", EVERYWHERE, "time-limit-outside-limits"),
    Breach("time-limit-in-snippet", ("edgeproof/facts/planted.sh",), "time-limit-in-snippet"),
    Breach("error-by-text", EVERYWHERE, "error-by-text"),
    Breach("dead-name", EVERYWHERE, "unused function 'planted_and_never_called'"),
)


def checkout_files() -> list[Path]:
    """Name the files that git tracks or would track, seen from the checkout's folder."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout
    return [Path(name) for name in listed.split("\0") if name and (CHECKOUT / name).is_file()]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the checkout as it stands, with the caches that make its check quick."""
    folder = tmp_path_factory.mktemp("checkout")
    for file in checkout_files():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(CHECKOUT / file, folder / file)
    for cache in CACHES:
        if (CHECKOUT / cache).is_dir():
            shutil.copytree(CHECKOUT / cache, folder / cache)
    for lock in (folder / "requirements").iterdir():
        os.utime(lock, (0, 0))  # A lock file younger than the environment would make `make` build that anew.
    return folder


@contextmanager
def planted(breach: Breach, copy: Path) -> Iterator[None]:
    """Put the breach into the copy, and take it out again."""
    files = [copy / place for place in breach.places]
    try:
        for file in files:
            shutil.copyfile(PLANTED / f"{breach.name}.txt", file)
        yield
    finally:
        for file in files:
            file.unlink(missing_ok=True)


def make_check(copy: Path) -> tuple[int, str]:
    """Run `make check` in the copy as from a shell, with this Python; give its exit status and all it said."""
    environment = {name: value for name, value in os.environ.items() if "MAKE" not in name and name != "MFLAGS"}
    command = ["make", "check", f"PYTHON={sys.executable}"]
    done = subprocess.run(
        command, cwd=copy, env=environment, capture_output=True, text=True, check=False, timeout=CHECK_S
    )
    return done.returncode, done.stdout + done.stderr


def is_named(place: str, output: str) -> bool:
    """Tell whether the output names the file, or the module in it, as import-linter does."""
    return place in output or place.removesuffix(".py").replace("/", ".") in output


def test_without_a_breach(copy: Path) -> None:
    """The copy as it is passes: what fails below fails for what was planted."""
    status, output = make_check(copy)
    assert status == 0, output


@pytest.mark.parametrize("breach", BREACHES, ids=lambda breach: breach.name)
def test_breach(breach: Breach, copy: Path) -> None:
    """`make check` fails, and names the rule and each file that breaks it."""
    with planted(breach, copy):
        status, output = make_check(copy)
    assert status != 0, output
    assert breach.said in output
    assert [place for place in breach.places if not is_named(place, output)] == [], output
