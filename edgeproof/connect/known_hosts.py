"""known_hosts: which keys each host is known by. Read once for all nodes that are gathered, and at each later connection."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import paramiko
from paramiko.hostkeys import HostKeyEntry, InvalidHostKey


class KnownHosts:
    """The keys of a known_hosts file; a file that does not exist knows nobody."""

    def __init__(self, keys: paramiko.HostKeys) -> None:
        self._keys = keys

    @classmethod
    def load(cls, path: Path) -> KnownHosts:
        """Read the file; lines that are no host's key are passed over, as ssh does."""
        keys = paramiko.HostKeys()
        try:
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            lines = []
        for line in lines:
            entry = _entry(line.strip())
            if entry is not None:
                for name in entry.hostnames:
                    keys.add(name, entry.key.get_name(), entry.key)
        return cls(keys)

    def _known(self, host: str, port: int) -> dict[str, paramiko.PKey]:
        found = self._keys.lookup(known_name(host, port))
        return dict(found.items()) if found is not None else {}

    def key_types(self, host: str, port: int) -> tuple[str, ...]:
        """Name the types of key this host is known by, so that it shows one of those."""
        return tuple(self._known(host, port))

    def judge(self, host: str, port: int, key: paramiko.PKey) -> Literal["known", "unknown", "changed"]:
        """Tell whether the key a host showed is the one it is known by."""
        known = self._known(host, port)
        if not known:
            return "unknown"
        return "known" if known.get(key.get_name()) == key else "changed"


def _entry(line: str) -> HostKeyEntry | None:
    """Read one line; None for a comment, a certificate authority, a revoked key, and damage."""
    if line.startswith(("#", "@")):
        return None
    try:
        entry = HostKeyEntry.from_line(line)
        for name in entry.hostnames if entry else ():
            if name.startswith("|1|"):
                paramiko.HostKeys.hash_host("", name)
    except (paramiko.SSHException, InvalidHostKey, ValueError, IndexError, AssertionError):
        return None
    return entry


def known_name(host: str, port: int) -> str:
    """Give the name known_hosts has for a host (sshd(8): [host]:port off port 22)."""
    return host if port == 22 else f"[{host}]:{port}"
