"""What mount's words mean, whether a person mounted or the kubelet did: one cause for each, and none for words that are not known."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from edgeproof.diagnose.advice import Advice, catalogue


@dataclass(frozen=True)
class MountOf:
    """What was to be mounted, and where: the server's address or name, the path; the agent's name and address.

    `server_node` is the server's name where it is a node of cluster.yaml, else ''. `built` are the CONFIG_NFS words that the agent's
    kernel was built with, None where it does not tell. `let_in` is the version of NFS that the server does let in where it denies the
    usual one, '' for none that is known.
    """

    server: str
    server_node: str
    path: str
    agent: str
    address: str
    built: frozenset[str] | None = None
    let_in: str = ""

    def on_server(self, command: str) -> str:
        """Lead a command to the machine it is for."""
        return f"on {self.server_node or f'the NFS server {self.server}'}: {command}"


def explain_mount(said: str, of: MountOf) -> Advice:
    """Tell the cause by mount's words; words that are not known are shown, and called unknown."""
    words = bare_words(said)
    for pattern, advice in MEANINGS:
        if re.search(pattern, words, re.I):
            return advice(of)
    return Advice(
        f"mount says what edgeproof has no explanation for: {said}",
        f"sudo dmesg | tail -n 20; showmount -e {of.server}   # on {of.agent}",
        does="reads",
    )


def bare_words(said: str) -> str:
    """Take out what names a server, a path or a file: a folder may be called `version` or `denied`."""
    return re.sub(r"(?<!\S)\S*/\S*", " ", said)


def _no_client(_: MountOf) -> Advice:
    return catalogue("nfs-client-missing")


def _busybox(of: MountOf) -> Advice:
    return catalogue("nfs-busybox-mount", node=of.agent)


def _stale(of: MountOf) -> Advice:
    return catalogue("nfs-stale", node=of.agent, server=of.server_node or of.server, path=of.path)


def _refused(of: MountOf) -> Advice:
    return Advice(
        f"no NFS server listens on {of.server}",
        of.on_server("sudo systemctl status nfs-server --no-pager; sudo ss -ltn 'sport = :2049'"),
        does="reads",
    )


def _silent(of: MountOf) -> Advice:
    return Advice(
        f"{of.server} did not answer in time: it is off, or something between drops what goes to its port 2049",
        f"ping -c 3 {of.server}; nc -vz {of.server} 2049   # on {of.agent}",
        does="reads",
    )


def _no_way(of: MountOf) -> Advice:
    return Advice(f"{of.agent} has no way to {of.server}", f"ip route get {of.server}   # on {of.agent}", does="reads")


def _unresolved(of: MountOf) -> Advice:
    return Advice(
        f"{of.agent} finds no address for the name {of.server}",
        f"getent hosts {of.server}   # on {of.agent}; or name the server by its address, storage.server in cluster.yaml",
        does="reads",
    )


def _denied(of: MountOf) -> Advice:
    if of.let_in:
        return catalogue("nfs-version").after(
            f"{of.server} denies {of.path} to {of.agent} by the version that mount asks for, and lets it in by version {of.let_in}"
        )
    if of.server_node:
        fix = f"sudoedit /etc/exports   # the line of {of.path} must name {of.address}, or a network with it; then: sudo exportfs -ra"
        return Advice(f"the server does not export {of.path} to {of.address}", of.on_server(fix), does="changes")
    return Advice(
        f"the server does not export {of.path} to {of.address}: that path, or that client, is not in its settings",
        f"showmount -e {of.server}   # on {of.agent}: is {of.path} there as storage.export names it, and for {of.address}?",
        does="reads",
    )


def _no_path(of: MountOf) -> Advice:
    return Advice(
        f"the server says that it has no {of.path}, or none for this client",
        f"showmount -e {of.server}   # on {of.agent}: the path as the server names it belongs into storage.export",
        does="reads",
    )


def _statd(of: MountOf) -> Advice:
    return Advice(
        f"rpc.statd does not run on {of.agent}, and locks over NFS 3 need it",
        f"sudo systemctl start rpc-statd   # on {of.agent}; or mount with nolock, where nothing locks files",
        does="changes",
    )


def _kernel(of: MountOf) -> Advice:
    return catalogue("nfs-not-in-kernel", node=of.agent)


def _version(of: MountOf) -> Advice:
    if of.built is not None and "NFS_V4" not in of.built:
        return _kernel(of)
    found = catalogue("nfs-version")
    if of.built is not None:
        return found
    cause = f"{found.cause}, or the kernel of {of.agent} lacks the version"
    fix = f"zgrep NFS_V /proc/config.gz   # on {of.agent}: which versions it has; then, {found.fix}"
    return replace(found, cause=cause, fix=fix, does=found.does)


def _not_permitted(of: MountOf) -> Advice:
    return Advice(
        f"the server permits {of.agent} nothing: so it does where a client's port is above 1023, as behind NAT (exports(5), secure)",
        of.on_server("sudo exportfs -v; sudo journalctl -k -n 20"),
        does="reads",
    )


def _no_rights(of: MountOf) -> Advice:
    return Advice(
        f"the server lets {of.agent} mount, and not read {of.path}: the folder's rights, or its security flavour (sec=)",
        of.on_server(f"ls -ld {of.path}; sudo exportfs -v"),
        does="reads",
    )


def _options(of: MountOf) -> Advice:
    return Advice(
        "mount rejects one of the mount options",
        f"kubectl get pv -o yaml | grep -A5 mountOptions; man 5 nfs   # for {of.server}:{of.path}",
        does="reads",
    )


def _sudo(of: MountOf) -> Advice:
    return Advice(f"mounting needs root on {of.agent}, and sudo gave none", f"sudo -v   # on {of.agent}", does="reads")


MEANINGS: tuple[tuple[str, Callable[[MountOf], Advice]], ...] = (
    (r"(?<!\S)mount: mounting\b.*\bfailed: ", _busybox),
    (r"failed to resolve server|name or service not known|temporary failure in name resolution", _unresolved),
    (r"rpc\.statd is not running", _statd),
    (r"helper program|unknown filesystem type|wrong fs type", _no_client),
    (r"\bstale\b", _stale),
    (r"connection refused", _refused),
    (r"no route to host|network is unreachable", _no_way),
    (r"timed out|no answer in time", _silent),
    (r"access denied by server", _denied),
    (r"requested NFS version or transport protocol is not supported|protocol not supported|program not registered", _version),
    (r"no such device", _kernel),
    (r"reason given by server: no such file or directory", _no_path),
    (r"only root can|must be superuser|a password is required", _sudo),
    (r"operation not permitted", _not_permitted),
    (r"permission denied", _no_rights),
    (r"incorrect mount option|bad option", _options),
)  # fmt: skip
"""What mount.nfs(8) and mount(8) say, and what it means; the first that fits: who speaks comes before what is said."""
