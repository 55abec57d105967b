"""known_hosts as ssh reads it: names, ports, types of key, and lines that are none."""

from __future__ import annotations

from pathlib import Path

import paramiko
import pytest

from edgeproof.connect.known_hosts import KnownHosts, known_name

KEY = paramiko.ECDSAKey.generate()


def known_by(folder: Path, text: bytes) -> KnownHosts:
    """Load a known_hosts file of this text."""
    (folder / "known_hosts").write_bytes(text)
    return KnownHosts.load(folder / "known_hosts")


def line(name: str) -> bytes:
    """Write the line that gives a host the key."""
    return f"{name} {KEY.get_name()} {KEY.get_base64()}\n".encode()


@pytest.mark.parametrize(("port", "name"), [(22, "192.0.2.1"), (2200, "[192.0.2.1]:2200")])
def test_name_holds_the_port(tmp_path: Path, port: int, name: str) -> None:
    """A host stands there by its address, and off port 22 with its port."""
    assert known_name("192.0.2.1", port) == name
    assert known_by(tmp_path, line(name)).judge("192.0.2.1", port, KEY) == "known"


def test_hashed_name(tmp_path: Path) -> None:
    """A host whose name is hashed (HashKnownHosts, Debian's default) is known."""
    hashed = paramiko.HostKeys.hash_host("192.0.2.1")
    assert known_by(tmp_path, line(hashed)).judge("192.0.2.1", 22, KEY) == "known"


def test_missing_file_knows_nobody(tmp_path: Path) -> None:
    """Without the file every host is unknown."""
    assert KnownHosts.load(tmp_path / "known_hosts").judge("192.0.2.1", 22, KEY) == "unknown"


@pytest.mark.parametrize(
    "strange",
    [
        pytest.param(b"192.0.2.1\n", id="no key"),
        pytest.param(b"192.0.2.1 ssh-ed25519 AAAA!\n", id="broken key"),
        pytest.param(b"@cert-authority *.example.org " + line("x")[2:], id="certificate authority"),
        pytest.param(b"|1|bad|bad " + line("x")[2:], id="broken hash"),
        pytest.param(b"# caf\xe9\n", id="not UTF-8"),
    ],
)
def test_strange_lines_are_passed_over(tmp_path: Path, strange: bytes) -> None:
    """A line that is no host's key hides none of the others."""
    assert known_by(tmp_path, strange + line("192.0.2.1")).judge("192.0.2.1", 22, KEY) == "known"


def test_unreadable_file_knows_nobody(tmp_path: Path) -> None:
    """A known_hosts that cannot be read, here a folder, makes hosts unknown and ends nothing."""
    assert KnownHosts.load(tmp_path).judge("192.0.2.1", 22, KEY) == "unknown"
