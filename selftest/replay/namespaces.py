"""Linux namespaces and mounts: system calls that Python's os lacks before 3.12, or at all."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

NEW_MOUNTS, NEW_HOSTNAME, NEW_IPC, NEW_PIDS, NEW_NETWORK = 0x20000, 0x4000000, 0x8000000, 0x20000000, 0x40000000
"""Flags of unshare(2): CLONE_NEWNS, NEWUTS, NEWIPC, NEWPID, NEWNET."""

BIND, PRIVATE = 0x1000, 0x4000 | 0x40000
"""Flags of mount(2): MS_BIND; MS_REC | MS_PRIVATE."""

DETACH = 2
"""Flag of umount2(2): MNT_DETACH."""

_LIBC = ctypes.CDLL(None, use_errno=True)


def _call(name: str, *arguments: object) -> None:
    if getattr(_LIBC, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def unshare(flags: int) -> None:
    """Leave the namespaces that `flags` name, for new ones; raises OSError where the kernel does not let us."""
    _call("unshare", flags)


def mount(source: str | Path, target: str | Path, kind: str = "", flags: int = 0, options: str = "") -> None:
    """Put a file system, or what stands at `source`, where `target` stands; raises OSError."""
    words = (os.fsencode(source), os.fsencode(target), kind.encode() or None)
    _call("mount", *words, ctypes.c_ulong(flags), options.encode() or None)


def bind(source: Path, target: Path) -> None:
    """Show `source` where `target` stands, a file or a folder that exists."""
    mount(source, target, flags=BIND)


def pivot(root: Path) -> None:
    """Make a mounted folder the root of this mount namespace, and let go of the old one (pivot_root(2), "." on ".")."""
    os.chdir(root)
    _call("pivot_root", b".", b".")
    _call("umount2", b".", DETACH)
    os.chdir("/")


def why_not() -> str:
    """Say why no cluster can be replayed here; '' where one can."""
    if os.geteuid() != 0:
        return "a replayed cluster needs root: namespaces of its own, mounts, addresses"
    child = os.fork()
    if child == 0:
        try:
            unshare(NEW_MOUNTS | NEW_NETWORK | NEW_PIDS | NEW_HOSTNAME)
        except OSError as error:
            os._exit(error.errno or 1)
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return f"this machine gives root no namespaces: {os.strerror(status)}" if status else ""
