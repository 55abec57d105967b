"""The sudo password as a person meets it: asked once at a terminal, by whichever process has one, and never elsewhere."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import paramiko
import pytest

from selftest.connect.loopback_board import LoopbackBoard
from selftest.plugin.pytest_run import CHECKOUT

PROMPT = b"sudo asks for a password on user-desktop: "
RIGHT = "the-right-password"
SUDO = f"""#!/bin/sh
if [ "$1" = -n ]; then echo "sudo: a password is required" >&2; exit 1; fi
[ "$1" = -S ] && [ -z "$3" ] && shift 3
IFS= read -r given || {{ echo "sudo: no password was provided" >&2; exit 1; }}
[ "$given" = {RIGHT} ] || {{ echo "sudo: 1 incorrect password attempt" >&2; exit 1; }}
exec "$@"
"""
"""A sudo that asks; it comes before the machine's own, and so does a docker that is not there."""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home with keys and an inventory for a board on loopback, which has the stand-ins."""
    for name, text in (("sudo", SUDO), ("docker", "#!/bin/sh\nexit 127\n")):
        (tmp_path / "bin").mkdir(exist_ok=True)
        (tmp_path / "bin" / name).write_text(text)
        (tmp_path / "bin" / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("EDGEPROOF_SUDO_PASSWORD", raising=False)
    key = paramiko.ECDSAKey.generate()
    (tmp_path / ".ssh").mkdir()
    key.write_private_key_file(str(tmp_path / ".ssh" / "id_ecdsa"))
    with LoopbackBoard(key) as board:
        (tmp_path / ".ssh" / "known_hosts").write_text(board.known_line)
        node = f"{{address: 127.0.0.1, role: server, port: {board.port}}}"
        inventory = f"nodes: {{user-desktop: {node}}}\nssh: {{user: somebody}}\nnetwork: {{gateway: 127.0.0.9}}\n"
        (tmp_path / "cluster.yaml").write_text(inventory)
        yield tmp_path


def command(home: Path, *options: str) -> list[str]:
    """Write the command that runs the check sudo, and records it."""
    places = [f"--edgeproof-inventory={home}/cluster.yaml", f"--edgeproof-run-record={home}/run.json"]
    return [
        sys.executable,
        "-m",
        "pytest",
        str(CHECKOUT / "tests_node"),
        "-k",
        "sudo",
        "-p",
        "no:cacheprovider",
        *places,
        *options,
    ]


def at_a_terminal(home: Path, answer: str, *options: str) -> str:
    """Run it at a terminal of its own, answer the prompt, and give all that the terminal showed."""
    process, terminal = pty.fork()
    if process == 0:
        os.execv(sys.executable, command(home, *options))
    shown, asked = b"", 0
    while chunk := _read(terminal):
        shown += chunk
        if shown.count(PROMPT) > asked:
            asked += 1
            os.write(terminal, f"{answer}\n".encode())
    os.close(terminal)
    os.waitpid(process, 0)
    return shown.decode("utf-8", "replace")


def _read(terminal: int) -> bytes:
    """Read what comes; a terminal whose other end is gone gives an error (EIO), which is its end."""
    try:
        return os.read(terminal, 1 << 16)
    except OSError:
        return b""


def outcome(home: Path) -> tuple[str, str]:
    """Give the check's outcome and its cause."""
    record = json.loads((home / "run.json").read_text())
    finding = next(finding for finding in record["findings"] if finding["check"] == "sudo")
    return finding["outcome"], finding["cause"]


@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["one process", "xdist"])
def test_asked_once_at_a_terminal(home: Path, options: tuple[str, ...]) -> None:
    """The password is asked for once, by the controller where there are workers; nothing shows or keeps it."""
    shown = at_a_terminal(home, RIGHT, *options)
    assert outcome(home)[0] == "passed"
    assert shown.count(PROMPT.decode()) == 1
    kept = [file for file in home.rglob("*") if file.is_file() and file.parent.name != "bin"]
    assert RIGHT not in shown + "".join(file.read_text(errors="replace") for file in kept)


def test_wrong_answer(home: Path) -> None:
    """A wrong password is told as that, and not asked for again."""
    shown = at_a_terminal(home, "another")
    assert outcome(home) == ("failed", "somebody: the password that was given is not this user's")
    assert shown.count(PROMPT.decode()) == 1


def test_not_asked_without_a_terminal(home: Path) -> None:
    """A run whose output goes to a pipe asks nobody, and says what to do."""
    done = subprocess.run(command(home), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert outcome(home) == ("failed", "somebody: sudo asks this user for a password, and none was given")
    assert "EDGEPROOF_SUDO_PASSWORD" in done.stdout


def test_environment(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment's password lets root in, without anybody's being asked."""
    monkeypatch.setenv("EDGEPROOF_SUDO_PASSWORD", RIGHT)
    done = subprocess.run(command(home), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert outcome(home)[0] == "passed"
    assert RIGHT not in done.stdout + done.stderr + (home / "run.json").read_text()
