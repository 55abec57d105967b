"""The kubeconfig as kubectl reads it: the files that $KUBECONFIG lists are merged, and the first to say something counts."""

from __future__ import annotations

import base64
import binascii
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from edgeproof.connect.login import login_for
from edgeproof.errors import KubeconfigInvalid, SshConfigInvalid
from edgeproof.inventory import Inventory

PLACES = ("~/.kube/config", "/etc/rancher/k3s/k3s.yaml")
FILE_KEYS = ("certificate-authority", "client-certificate", "client-key", "tokenFile")
"""Keys that name a file, which lies beside the kubeconfig where its name is relative."""


@dataclass(frozen=True)
class Kubeconfig:
    """One context of a kubeconfig: the files that name the server and the user, the URL, both entries.

    `certificate_end` is when the client certificate ends (None without one).
    """

    path: Path
    user_path: Path
    server: str
    cluster: dict[str, Any]
    user: dict[str, Any]
    certificate_end: datetime | None

    @property
    def host(self) -> str:
        """The host that is asked."""
        return urlsplit(self.server).hostname or ""

    def data(self, user: dict[str, Any]) -> dict[str, Any]:
        """Write a kubeconfig of this one context, with this user."""
        return {
            "apiVersion": "v1", "kind": "Config", "current-context": "one",
            "clusters": [{"name": "one", "cluster": self.cluster}],
            "users": [{"name": "one", "user": user}],
            "contexts": [{"name": "one", "context": {"cluster": "one", "user": "one"}}],
        }  # fmt: skip


def copy_fix(inventory: Inventory) -> str:
    """Give the command that copies the server's kubeconfig into a new file that nobody else may read."""
    server = inventory.server
    try:
        ssh = login_for(inventory, server).ssh
    except SshConfigInvalid:
        ssh = f"ssh {server.address}"
    file = f"~/.kube/{server.name}.yaml"
    return (
        f"(umask 077; set -C; mkdir -p ~/.kube; {ssh} sudo cat /etc/rancher/k3s/k3s.yaml | "
        f"sed 's#https://127.0.0.1:#https://{inventory.endpoint}:#' > {file})   # then name it: --edgeproof-kubeconfig={file}"
    )


def find_kubeconfigs(inventory: Inventory) -> tuple[Path, ...]:
    """Name the files: the given one, $KUBECONFIG's, ~/.kube/config, or k3s.yaml; raises KubeconfigInvalid where none is there."""
    given = inventory.kubernetes.kubeconfig
    if given is not None:
        if not given.exists():
            raise KubeconfigInvalid(f"{given}: no such kubeconfig", copy_fix(inventory), does="changes")
        return (given,)
    named = [Path(part).expanduser() for part in os.environ.get("KUBECONFIG", "").split(os.pathsep) if part]
    existing = tuple(path for path in named if path.exists())
    for place in PLACES if not existing else ():
        if Path(place).expanduser().exists():
            return (Path(place).expanduser(),)
    if not existing:
        places = "not in $KUBECONFIG, ~/.kube/config or /etc/rancher/k3s/k3s.yaml"
        raise KubeconfigInvalid(f"no kubeconfig: {places}", copy_fix(inventory), does="changes")
    return existing


def read_kubeconfig(inventory: Inventory) -> Kubeconfig:
    """Read the context that is asked for, else the current one; raises KubeconfigInvalid where it cannot be used."""
    paths = find_kubeconfigs(inventory)
    files = ", ".join(map(str, paths))
    merged = _Merged()
    for path in paths:
        merged.add(path, _parsed(path, inventory))
    if not merged.contexts:
        raise KubeconfigInvalid(f"{files}: not a kubeconfig (it has no contexts)", copy_fix(inventory), does="changes")
    known = f"its contexts: {', '.join(merged.contexts)}"
    name = inventory.kubernetes.context or merged.current
    if not name:
        raise KubeconfigInvalid(f"{files}: no current-context; {known}", "pass --edgeproof-context=NAME")
    if name not in merged.contexts:
        raise KubeconfigInvalid(f"{files}: no context {name}; {known}", "pass --edgeproof-context=NAME")
    context = merged.contexts[name][1]
    path, cluster = merged.clusters.get(str(context.get("cluster")), (paths[0], {}))
    user_path, user = merged.users.get(str(context.get("user")), (path, {}))
    if not cluster.get("server"):
        raise KubeconfigInvalid(
            f"{files}: the context {name} names the cluster {context.get('cluster')}, which has no server", copy_fix(inventory),
            does="changes",
        )  # fmt: skip
    try:
        return Kubeconfig(path, user_path, str(cluster["server"]), cluster, user, _certificate_end(user))
    except FileNotFoundError as error:
        raise KubeconfigInvalid(
            f"{user_path}: it names {error.filename}: no such file", copy_fix(inventory), does="changes"
        ) from error
    except OSError as error:
        raise _unreadable(Path(error.filename or user_path), error) from error
    except (ValueError, TypeError) as error:
        raise KubeconfigInvalid(
            f"{user_path}: its client certificate cannot be read ({error})", copy_fix(inventory), does="changes"
        ) from error


class _Merged:
    """The entries of several files by their names, each with its file: the first file that has a name counts."""

    def __init__(self) -> None:
        self.current = ""
        self.contexts: dict[str, tuple[Path, dict[str, Any]]] = {}
        self.clusters: dict[str, tuple[Path, dict[str, Any]]] = {}
        self.users: dict[str, tuple[Path, dict[str, Any]]] = {}

    def add(self, path: Path, data: dict[str, Any]) -> None:
        """Take what the files before have not said."""
        self.current = self.current or str(data.get("current-context") or "")
        for key, kind in (("contexts", "context"), ("clusters", "cluster"), ("users", "user")):
            items = data.get(key)
            for item in items if isinstance(items, list) else ():
                if isinstance(item, dict) and "name" in item:
                    entry = item.get(kind)
                    getattr(self, key).setdefault(str(item["name"]), (path, _beside(path, entry)))


def _beside(path: Path, entry: object) -> dict[str, Any]:
    """Give an entry's files their full names."""
    values = dict(entry) if isinstance(entry, dict) else {}
    return values | {key: str(path.parent / str(values[key])) for key in FILE_KEYS if values.get(key)}


def _parsed(path: Path, inventory: Inventory) -> dict[str, Any]:
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise _unreadable(path, error) from error
    except (yaml.YAMLError, ValueError) as error:
        raise KubeconfigInvalid(
            f"{path}: not a kubeconfig ({type(error).__name__}: {error})", copy_fix(inventory), does="changes"
        ) from error
    return data if isinstance(data, dict) else {}


def _unreadable(path: Path, error: OSError) -> KubeconfigInvalid:
    message = f"{path}: cannot be read: {error.strerror}"
    if not isinstance(error, PermissionError):
        return KubeconfigInvalid(message, f"ls -ld {path}")
    own = "~/.kube/edgeproof.yaml"
    copy = f"(umask 077; set -C; mkdir -p ~/.kube; sudo cat {path} > {own})   # yours alone: it opens the whole cluster"
    return KubeconfigInvalid(message, f"{copy}; then name it: --edgeproof-kubeconfig={own}", does="changes")


def _certificate_end(user: dict[str, Any]) -> datetime | None:
    from cryptography import x509

    encoded, file = user.get("client-certificate-data"), user.get("client-certificate")
    if not encoded and not file:
        return None
    try:
        pem = base64.b64decode(encoded) if encoded else Path(str(file)).read_bytes()
    except binascii.Error as error:
        raise ValueError("it is not in base64") from error
    return x509.load_pem_x509_certificate(pem).not_valid_after_utc
