"""The pytest command of a scene, forked off: it prints, ends, and finds its surroundings as a new process does."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

DRIVER = """
import sys
from pathlib import Path
sys.path[0] = str(Path.cwd())
import tests_node
from selftest.replay.pytest_process import PytestProcess, import_all

import_all()
tests_node.left_here = True
process = PytestProcess(Path(sys.argv[1]))
environment = {"HOME": "/nowhere", "PATH": "/usr/bin:/bin"}
status, text = process.run(["-p", "no:cacheprovider", "-q", *sys.argv[3:]], environment, float(sys.argv[2]))
print(status, text)
"""

SURROUNDINGS = """
import os, sys

def test_them():
    assert dict(os.environ) == {"HOME": "/nowhere", "PATH": "/usr/bin:/bin", "PYTEST_VERSION": os.environ["PYTEST_VERSION"],
                                "PYTEST_CURRENT_TEST": os.environ["PYTEST_CURRENT_TEST"]}
    assert os.getcwd() == os.path.dirname(__file__)
    assert os.read(0, 9) == b""
    assert sys.argv[0].endswith("pytest/__main__.py")
    import tests_node
    assert not hasattr(tests_node, "left_here")
"""


def run(folder: Path, limit_s: float, test: str, *options: str) -> str:
    """Run a file with one test, and give the status and text that came of it."""
    (folder / "test_one.py").write_text(test)
    (folder / "pytest.ini").write_text("[pytest]\n")
    command = [sys.executable, "-c", DRIVER, str(folder), str(limit_s), *options]
    # Standard output is a file, as where CI keeps what it prints: what is forked off has a pipe.
    with tempfile.TemporaryFile("w+") as said:
        subprocess.run(command, stdout=said, stderr=said, timeout=120, check=True, cwd=Path(__file__).parents[2])
        said.seek(0)
        return said.read()


def test_surroundings(tmp_path: Path) -> None:
    """Environment, folder, standard input, arguments and the suites are a new process's."""
    said = run(tmp_path, 60, SURROUNDINGS, "-s")
    assert said.startswith("0 "), said
    assert "1 passed" in said


@pytest.mark.parametrize(
    ("test", "status", "word"),
    [
        ("def test_it(): assert 1 == 2", 1, "1 failed"),
        ("import os\ndef test_it(): os._exit(7)", 7, ""),
        ("def test_it(): raise SystemExit(3)", 1, "1 failed"),
        ("import threading, os\ndef test_it(): threading.Timer(0.5, os.write, (2, b'at last')).start()", 0, "at last"),
        ("import atexit, os\ndef test_it(): atexit.register(os.write, 2, b'at last')", 0, "at last"),
    ],
)
def test_end(tmp_path: Path, test: str, status: int, word: str) -> None:
    """Its exit status is pytest's; its threads and what is registered for the end have their turn."""
    said = run(tmp_path, 60, test)
    assert said.startswith(f"{status} ")
    assert word in said


def test_limit(tmp_path: Path) -> None:
    """One that does not end is killed; what it had printed is kept."""
    said = run(
        tmp_path,
        3,
        "import os, select\ndef test_it():\n    os.write(1, b'so far')\n    select.select([], [], [], 60)",
        "-s",
    )
    assert said.startswith("None ")
    assert "so far" in said
