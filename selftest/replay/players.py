"""A process that has all imports done and no threads, and forks off the play of each case: cheaper than a fresh one each."""

from __future__ import annotations

import logging
import os
import pickle
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from selftest.replay.cluster_folder import Cluster
from selftest.replay.keys import Keys
from selftest.replay.pytest_process import import_all
from selftest.replay.stage import CHECKOUT, LIMITS_SCALE, Scene, play
from selftest.replay.tools import make_tools
from selftest.replay.verdict import Played


class Player:
    """The near end of that process; use as a context manager. Its folder keeps the tools and, by name, each scene.

    `compiled`: what edgeproof's modules compile to is kept for the next scene, so none of them may change meanwhile.
    """

    def __init__(self, folder: Path, compiled: bool = True) -> None:
        self.folder = folder
        self._compiled = compiled
        self.tools = make_tools(folder / "tools")
        self._count = 0

    def __enter__(self) -> Player:
        command = [sys.executable, "-m", "selftest.replay.players"]
        kept = {"PYTHONPYCACHEPREFIX": str(self.folder / "compiled"), "PYTHONDONTWRITEBYTECODE": ""}
        environment = {
            **os.environ,
            "EDGEPROOF_LIMITS_SCALE": LIMITS_SCALE,
            **(kept if self._compiled else {"PYTHONDONTWRITEBYTECODE": "1"}),
        }
        self._process = subprocess.Popen(
            command, cwd=CHECKOUT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def play(self, cluster: Cluster, run: tuple[str, ...]) -> Played:
        """Play a cluster; raises EOFError where that process has ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._count += 1
        folder = self.folder / f"scene-{self._count}"
        folder.mkdir()
        pickle.dump(Scene(cluster, run, folder, self.tools), self._process.stdin)
        self._process.stdin.flush()
        played: Played = pickle.load(self._process.stdout)
        return played


def main() -> None:
    """Play what is asked for on standard input, until it ends."""
    # What is told goes over a descriptor of its own: nothing that is forked off here can write into it.
    told = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    logging.getLogger("paramiko").addHandler(logging.NullHandler())
    keys = Keys()
    import_all()
    while True:
        try:
            scene = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        pickle.dump(play(scene, keys), told)
        told.flush()


if __name__ == "__main__":
    main()
