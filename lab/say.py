"""Tells the person at the terminal what goes on."""

from __future__ import annotations

import sys
import threading
import time

from lab import limits


def say(text: str) -> None:
    """Print a line to the terminal, apart from what a command gives on standard output."""
    print(text, file=sys.stderr, flush=True)


class Progress:
    """Says every few seconds how long something has taken, and about how long it will."""

    def __init__(self, what: str, expected_s: float) -> None:
        self.what, self.expected_s = what, expected_s
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._tell, daemon=True)

    def __enter__(self) -> Progress:
        self.started_s = time.monotonic()
        say(f"{self.what}: about {self.expected_s:.0f} s")
        self.thread.start()
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self.ended.set()
        self.thread.join()
        word = "done" if kind is None else "failed"
        say(f"{self.what}: {word} after {time.monotonic() - self.started_s:.0f} s")

    def _tell(self) -> None:
        interactive = sys.stderr.isatty()
        while not self.ended.wait(limits.PROGRESS_S if interactive else limits.PROGRESS_IN_FILE_S):
            taken_s = time.monotonic() - self.started_s
            left_s = self.expected_s - taken_s
            say(
                f"{self.what}: {taken_s:.0f} s, "
                + (f"about {left_s:.0f} s left" if left_s > 0 else "longer than usual")
            )
