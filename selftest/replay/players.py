"""A process that has all imports done and no threads, and forks off the play of each case: cheaper than a fresh one each."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

from selftest.replay.stage import CHECKOUT, Scene, play
from selftest.replay.tools import make_tools
from selftest.replay.verdict import Played


class Player:
    """The near end of that process; use as a context manager. Its folder keeps the tools and, by name, each scene."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tools = make_tools(folder / "tools")
        self._count = 0

    def __enter__(self) -> Player:
        command = [sys.executable, "-m", "selftest.replay.players"]
        self._process = subprocess.Popen(command, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def play(self, cluster: Any, run: tuple[str, ...]) -> Played:
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
    from selftest.replay.keys import Keys

    keys = Keys()
    while True:
        try:
            scene = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        pickle.dump(play(scene, keys), sys.stdout.buffer)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
