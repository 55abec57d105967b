"""The process of the pytest command: forked off with all packages imported, which was more than half of its time; the suites it imports itself."""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import io
import json
import os
import pkgutil
import signal
import sys
import threading
from pathlib import Path
from select import select
from time import monotonic

OURS = "edgeproof"
FRESH = ("selftest", "conftest", "tests_node", "tests_cluster", "tests_workload")
"""Packages that a fresh process would have to import, whatever was imported here."""

THEIRS = (
    "pytest", "_pytest.legacypath", "_pytest.junitxml", "_pytest.doctest", "execnet", "pydantic", "yaml", "rich.console",
    "rich.progress", "rich.table", "tenacity", "kubernetes.client.api_client", "kubernetes.client.rest", "kubernetes.config",
    "kubernetes.stream", "kubernetes.watch", "paramiko", "unittest.mock",
)  # fmt: skip
"""What is imported beforehand. No plugin of pytest: it rewrites their asserts as it imports them."""


def import_all() -> None:
    """Import theirs and edgeproof, and collect no garbage from here on: no scene lives long enough for it to pay.

    The plugin is imported by pytest itself, as in any run of it: it rewrites the asserts of what it imports. What lies under snippets is for other Pythons.
    The folder is the checkout.
    """
    for name in THEIRS:
        importlib.import_module(name)
    import pytest

    with contextlib.redirect_stdout(io.StringIO()):
        pytest.main(["--markers", "-p", "no:cacheprovider"])
    ours = importlib.import_module(OURS)
    for module in pkgutil.walk_packages(ours.__path__, f"{OURS}."):
        if module.name.rpartition(".")[2] != "__main__" and ".snippets." not in module.name:
            importlib.import_module(module.name)
    gc.collect()
    gc.freeze()
    gc.disable()


class PytestProcess:
    """A process that waits to be told its arguments and environment, then is `python -m pytest`. Made before the first thread."""

    def __init__(self, folder: Path) -> None:
        asked, self._ask = os.pipe()
        self._printed, prints = os.pipe()
        self._number = os.fork()
        if self._number == 0:
            os.close(self._ask)
            os.close(self._printed)
            _live(folder, asked, prints)
        os.close(asked)
        os.close(prints)

    def run(self, arguments: list[str], environment: dict[str, str], limit_s: float) -> tuple[int | None, str]:
        """Give the exit status, None where it did not finish in time and was killed, and all that was printed."""
        with os.fdopen(self._ask, "wb") as ask:
            ask.write(json.dumps([arguments, environment]).encode())
        printed, end = bytearray(), monotonic() + limit_s
        while chunk := _read_before(self._printed, end):
            printed += chunk
        ended = chunk is not None
        if not ended:
            os.kill(self._number, signal.SIGKILL)
        os.close(self._printed)
        status = os.waitstatus_to_exitcode(os.waitpid(self._number, 0)[1])
        return status if ended else None, printed.decode("utf-8", "replace")


def _read_before(file: int, end: float) -> bytes | None:
    """Read what comes; b"" at the end of it, None where the time is over first."""
    ready, _, _ = select([file], [], [], max(0.0, end - monotonic()))
    return os.read(file, 1 << 16) if ready else None


def _live(folder: Path, asked: int, prints: int) -> None:
    """The process itself, from the fork to its end: what an interpreter does when it ends, after a fork is ours to do."""
    status = 1
    try:
        with os.fdopen(asked, "rb") as told:
            text = told.read()
        if not text:
            os._exit(0)
        arguments, environment = json.loads(text)
        _be_fresh(folder, environment, prints)
        status = _run(arguments)
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(status)


def _run(arguments: list[str]) -> int:
    """Be `python -m pytest`, or what `edgeproof` is where that is the first of the arguments."""
    if arguments[:1] == [OURS]:
        from edgeproof.cli import main

        sys.argv = arguments
        main()
        return 0
    import pytest

    sys.argv = [str(Path(pytest.__file__).with_name("__main__.py")), *arguments]
    return int(pytest.console_main())


def _stream(number: int, errors: str) -> io.TextIOWrapper:
    """Make a text stream anew: one that was made for a file would seek in what is a pipe now."""
    return io.TextIOWrapper(io.BufferedWriter(io.FileIO(number, "wb", closefd=False)), encoding="utf-8", errors=errors)


def _be_fresh(folder: Path, environment: dict[str, str], prints: int) -> None:
    """Have the streams, environment, folder and modules of a process that has just begun."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    for file, number in ((nothing, 0), (prints, 1), (prints, 2)):
        os.dup2(file, number)
    os.closerange(3, 256)
    sys.stdout, sys.stderr = _stream(1, "strict"), _stream(2, "backslashreplace")
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    for name in [name for name in sys.modules if name.split(".")[0] in FRESH]:
        del sys.modules[name]
