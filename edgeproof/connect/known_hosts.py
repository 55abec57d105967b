"""known_hosts: which keys each host is known by. Each file is read once, until it changes."""

from __future__ import annotations

import base64
import fnmatch
import hmac
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import paramiko
from paramiko.hostkeys import HostKeyEntry, InvalidHostKey

Verdict = Literal["known", "unknown", "changed", "revoked"]


@dataclass(frozen=True)
class Line:
    """One line: whom it means, by patterns or hashes; the key; its marker ('' or @revoked); the file it stands in."""

    patterns: tuple[str, ...]
    kind: str
    key: bytes
    marker: str
    file: Path

    def means(self, name: str) -> bool:
        """Tell whether it speaks of this name (sshd(8): * and ?, ! takes out, |1| is a hash)."""
        if any(pattern.startswith("!") and _is_like(name, pattern[1:]) for pattern in self.patterns):
            return False
        return any(_is_like(name, pattern) for pattern in self.patterns)


@dataclass(frozen=True)
class Judgement:
    """What a host's key is taken for; for a changed one, the name and the file that have another."""

    verdict: Verdict
    name: str = ""
    file: Path = Path()


class KnownHosts:
    """The keys of known_hosts files; a file that does not exist knows nobody."""

    def __init__(self, lines: tuple[Line, ...]) -> None:
        self._lines = lines

    @classmethod
    def load(cls, *files: Path) -> KnownHosts:
        """Read the files; lines that are no host's key are passed over, as ssh does."""
        return cls(tuple(line for file in files for line in _read(file)))

    def key_types(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Name the types of key that a host is known by under these names, so that it shows one of those."""
        return tuple(dict.fromkeys(line.kind for line in self._meaning(names) if not line.marker))

    def judge(self, names: tuple[str, ...], key: paramiko.PKey, plain: tuple[str, ...] = ()) -> Judgement:
        """Tell whether the key that a host showed is one it is known by under any of its names.

        Under a `plain` name, without the port that it was asked at, it may be known, and not changed (as in ssh).
        """
        shown = key.asbytes()
        equal = [line for line in self._lines if line.key == shown and any(map(line.means, (*names, *plain)))]
        if equal:
            return Judgement("revoked" if any(line.marker for line in equal) else "known")
        other = next((line for line in self._meaning(names) if not line.marker), None)
        if other is None:
            return Judgement("unknown")
        return Judgement("changed", next(filter(other.means, names)), other.file)

    def _meaning(self, names: tuple[str, ...]) -> tuple[Line, ...]:
        """Give the lines that mean any of these names."""
        return tuple(line for line in self._lines if any(map(line.means, names)))


def _is_like(name: str, pattern: str) -> bool:
    if pattern.startswith("|1|"):
        salt, digest = _hash_parts(pattern)
        return hmac.digest(salt, name.encode(), "sha1") == digest
    # Only * and ? are special: a name with a port has brackets.
    return name == pattern or fnmatch.fnmatchcase(name, pattern.lower().replace("[", "[[]"))


@cache
def _hash_parts(pattern: str) -> tuple[bytes, bytes]:
    """Take |1|salt|hash apart; ValueError where it is none."""
    salt, digest = pattern.removeprefix("|1|").split("|")
    return base64.b64decode(salt), base64.b64decode(digest)


def _read(file: Path) -> tuple[Line, ...]:
    try:
        state = file.stat()
    except OSError:
        return ()
    return _lines_of(file, (state.st_mtime_ns, state.st_size))


@cache
def _lines_of(file: Path, _state: tuple[int, int]) -> tuple[Line, ...]:
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ()
    return tuple(line for words in text.splitlines() if (line := _line(words.strip(), file)))


def _line(text: str, file: Path) -> Line | None:
    """Read one line; None for a comment, a certificate authority (edgeproof checks keys alone), and damage."""
    marker, _, rest = text.partition(" ") if text.startswith("@") else ("", "", text)
    if text.startswith("#") or marker not in ("", "@revoked"):
        return None
    try:
        entry = HostKeyEntry.from_line(rest.strip())
        for name in entry.hostnames if entry else ():
            if name.startswith("|1|"):
                _hash_parts(name)
    except (paramiko.SSHException, InvalidHostKey, ValueError, IndexError, AssertionError):
        return None
    if entry is None:
        return None
    return Line(tuple(entry.hostnames), entry.key.get_name(), entry.key.asbytes(), marker, file)


def known_name(host: str, port: int) -> str:
    """Give the name known_hosts has for a host (sshd(8): [host]:port off port 22)."""
    return host if port == 22 else f"[{host}]:{port}"
