"""What kept us out of a node, in a person's words: where it was asked, as whom, through what, and what to do about it."""

from __future__ import annotations

import os
import re
import socket

from edgeproof import limits
from edgeproof.connect.known_hosts import Judgement
from edgeproof.connect.login import Login
from edgeproof.connect.way import Way
from edgeproof.errors import ConnectError, HostKeyChanged, HostKeyUnknown, KeyRefused, NodeUnreachable, WayFailed

ON_THE_CONSOLE = "compare it with `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` on the board's own console, then: "
FAR_END = re.compile(r"open failed: connect failed: ?([^;]*)")
"""How ssh -W tells that the jump host was reached, and the node not from there."""


def host_key_refused(login: Login, shown: str, judgement: Judgement) -> ConnectError:
    """Say why the host key is not taken: it is in no file, or not the one that is."""
    files = " or ".join(str(file) for file in login.known_hosts if file.exists()) or str(login.known_hosts[0])
    if judgement.verdict == "revoked":
        return HostKeyChanged(
            f"{login.node}: its host key ({shown}) is marked @revoked in {files}", "do not log in; ask who revoked it"
        )
    if judgement.verdict == "changed":
        sudo = "" if os.access(judgement.file, os.W_OK) else "sudo "
        forget = f"{sudo}ssh-keygen -f {judgement.file} -R {judgement.name}"
        return HostKeyChanged(
            f"{login.node}: its host key has changed (now {shown}; {judgement.file} has another for {judgement.name}): "
            "the board was flashed anew, or it is another machine",
            f"if you flashed it: {forget}, then add its new key; if not, do not log in",
            does="changes",
        )
    add = f"ssh-keyscan -p {login.port} {login.host} >> {login.known_hosts[0]}"
    if login.way:
        add = f"{login.ssh} true   # it asks once; ssh-keyscan knows no way through {login.way.through}"
    return HostKeyUnknown(
        f"{login.node}: its host key ({shown}) is not in known_hosts ({files}){login.note}", ON_THE_CONSOLE + add, does="changes",
    )  # fmt: skip


def keys_refused(login: Login, tried: list[str]) -> KeyRefused:
    """Say that no key opened the door, whose door it was, and who named that user."""
    offered = ", ".join(tried) or "no key at all"
    fix = login.ssh_copy_id
    if login.user_is_default:
        fix = f"name the user in cluster.yaml (ssh.user, or nodes.{login.node}.user) or in {login.config}; if {login.user} is right: {fix}"
    return KeyRefused(
        f"{login.node}: {login.user}@{login.host} port {login.port} accepts none of our keys (offered: {offered}); "
        f"the user {login.user} is {login.user_from}{login.note}",
        fix,
        does="changes",
    )


def way_failed(login: Login, way: Way, said: str) -> ConnectError:
    """Say that the way failed, in the words of what makes it; where it reached as far as the node's door, say that."""
    where = f"{login.node} ({login.host} port {login.port})"
    far_end = FAR_END.search(said)
    if far_end:
        return NodeUnreachable(
            f"{where} cannot be reached from {way.through}: {far_end[1] or 'connect failed'}",
            f"check the board's power, its network cable, and its address as seen from {way.through}",
        )
    words = said or f"no SSH server answers within {limits.SSH_CONNECT_S:.0f} s, and it says nothing"
    return WayFailed(
        f"the way to {where} through {way.through} failed: {words}{login.note}",
        f"{login.ssh} true   # must work without asking anything",
    )


def unreachable(login: Login, error: Exception) -> NodeUnreachable:
    """Say how the wire failed, and what to do about it."""
    where = f"{login.node}: {login.host} port {login.port}"
    if isinstance(error, socket.gaierror):
        return NodeUnreachable(f"{where}: this name does not resolve here{login.note}", f"getent hosts {login.host}")
    if isinstance(error, ConnectionRefusedError):
        return NodeUnreachable(
            f"{where} refuses connections: the board is up, but its SSH server is not running{login.note}",
            "on its console: sudo systemctl enable --now ssh",
            does="changes",
        )
    if isinstance(error, TimeoutError):
        return NodeUnreachable(
            f"{where} does not answer within {limits.SSH_CONNECT_S:.0f} s{login.note}",
            "check that the board is powered and that its network cable is plugged in",
        )
    if isinstance(error, OSError) and error.errno:
        return NodeUnreachable(
            f"{where} cannot be reached ({os.strerror(error.errno)}){login.note}",
            "check the board's power, its network cable and its address",
        )
    return NodeUnreachable(
        f"{where} does not start an SSH session ({error or type(error).__name__})",
        "on its console: sudo journalctl -u ssh -n 20",
    )
