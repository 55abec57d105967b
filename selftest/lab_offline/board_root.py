"""A board's files laid out as in a node, below a folder, and the suite's own shell text run over them with its paths moved there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from edgeproof.facts.probe import Output
from lab.board import Board
from lab.places import SOURCE

PROGRAMS = ("nvpmodel", "jetson_clocks", "tegrastats")
MOVED = re.compile(r"(?<![\w}/.$])/(?=(?:sys|etc|opt/lab|var/lib/nvpmodel|run|proc/device-tree|usr/lib/aarch64)\b)")
"""The start of a path that a node has as its board's."""
RUN_S = 20.0


class BoardRoot:
    """The folder, and how to run something over it."""

    def __init__(self, board: Board, folder: Path) -> None:
        self.board, self.folder = board, folder
        laid_out = board.laid_out()
        shutil.copytree(laid_out / "files", folder)
        shutil.copytree(laid_out / "kernel", folder, dirs_exist_ok=True)
        shutil.copytree(laid_out, folder / "opt/lab/board")
        for name in ("bin", "run", "var/lib/dpkg"):
            (folder / name).mkdir(parents=True)
        shutil.copy(laid_out / "packages", folder / "var/lib/dpkg/status")
        for name in PROGRAMS:
            program = folder / "bin" / name
            program.write_text(self._moved((SOURCE / "node" / name).read_text()))
            program.chmod(0o755)

    def _moved(self, script: str) -> str:
        return MOVED.sub(f"{self.folder}/", script)

    def run(self, script: str) -> Output:
        """Run shell text, with the board's programs on the PATH."""
        environment = {
            **os.environ,
            "LC_ALL": "C",
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
            "DPKG_ADMINDIR": str(self.folder / "var/lib/dpkg"),
        }
        done = subprocess.run(
            ["sh", "-c", self._moved(script)],
            env=environment,
            capture_output=True,
            text=True,
            timeout=RUN_S,
            check=False,
        )
        return Output(done.stdout, done.stderr, done.returncode)

    def set_mode(self, number: int) -> None:
        """Put the board into a power mode."""
        (self.folder / "var/lib/nvpmodel/status").write_text(f"pmode:{number:04d} fmode:quiet\n")
