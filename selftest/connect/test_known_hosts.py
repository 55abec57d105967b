"""known_hosts as ssh reads it: names, ports, types of key, and lines that are none."""

from __future__ import annotations

from pathlib import Path

import paramiko
import pytest

from edgeproof.connect.known_hosts import KnownHosts, known_name

HOST = "192.0.2.1"
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
    assert known_by(tmp_path, line(name)).judge((name,), KEY).verdict == "known"


def test_hashed_name(tmp_path: Path) -> None:
    """A host whose name is hashed (HashKnownHosts, Debian's default) is known."""
    hashed = paramiko.HostKeys.hash_host("192.0.2.1")
    assert known_by(tmp_path, line(hashed)).judge((HOST,), KEY).verdict == "known"


def test_missing_file_knows_nobody(tmp_path: Path) -> None:
    """Without the file every host is unknown."""
    assert KnownHosts.load(tmp_path / "known_hosts").judge((HOST,), KEY).verdict == "unknown"


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
    assert known_by(tmp_path, strange + line("192.0.2.1")).judge((HOST,), KEY).verdict == "known"


def test_unreadable_file_knows_nobody(tmp_path: Path) -> None:
    """A known_hosts that cannot be read, here a folder, makes hosts unknown and ends nothing."""
    assert KnownHosts.load(tmp_path).judge((HOST,), KEY).verdict == "unknown"


@pytest.mark.parametrize(
    ("pattern", "verdict"),
    [
        ("192.0.2.*", "known"),
        ("192.0.2.?", "known"),
        ("192.0.2.*,!192.0.2.1", "unknown"),
        ("192.0.2.[12]", "unknown"),
        ("other,192.0.2.1", "known"),
    ],
)
def test_patterns(tmp_path: Path, pattern: str, verdict: str) -> None:
    """A line may mean many hosts, and take some out (sshd(8)); brackets are no pattern."""
    assert known_by(tmp_path, line(pattern)).judge((HOST,), KEY).verdict == verdict


def test_bracketed_pattern(tmp_path: Path) -> None:
    """A pattern may hold a port."""
    assert known_by(tmp_path, line("[192.0.2.*]:2200")).judge(("[192.0.2.1]:2200",), KEY).verdict == "known"


@pytest.mark.parametrize("name", ["user-desktop", "[user-desktop]:2200", "192.0.2.1"])
def test_any_name_makes_it_known(tmp_path: Path, name: str) -> None:
    """A board that is known by its name, or without the port, is known."""
    names, plain = ("[192.0.2.1]:2200", "[user-desktop]:2200"), ("192.0.2.1", "user-desktop")
    assert known_by(tmp_path, line(name)).judge(names, KEY, plain).verdict == "known"


def test_another_key_without_the_port_is_no_change(tmp_path: Path) -> None:
    """Another server of the same address, on another port, is not this one."""
    other = paramiko.ECDSAKey.generate()
    assert known_by(tmp_path, line(HOST)).judge(("[192.0.2.1]:2200",), other, (HOST,)).verdict == "unknown"


def test_changed_names_the_line(tmp_path: Path) -> None:
    """A changed key: the name and the file that have another are told."""
    judged = known_by(tmp_path, line("user-desktop")).judge((HOST, "user-desktop"), paramiko.ECDSAKey.generate())
    assert (judged.verdict, judged.name, judged.file) == ("changed", "user-desktop", tmp_path / "known_hosts")


def test_revoked(tmp_path: Path) -> None:
    """A key that is marked @revoked lets nobody in, whatever else has it."""
    known = known_by(tmp_path, line(HOST) + b"@revoked * " + line("x")[2:])
    assert known.judge((HOST,), KEY).verdict == "revoked"


def test_second_file(tmp_path: Path) -> None:
    """A host that only the second file has, such as the system's, is known."""
    (tmp_path / "second").write_bytes(line(HOST))
    assert KnownHosts.load(tmp_path / "first", tmp_path / "second").judge((HOST,), KEY).verdict == "known"
