"""A kubeconfig's user who logs in by a program (exec): it is run as kubectl runs it, and its failure is its own.

The Kubernetes client only logs such a failure, and goes on as nobody.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from edgeproof import limits
from edgeproof.connect.kubeconfig import Kubeconfig
from edgeproof.errors import KubeconfigInvalid


@dataclass(frozen=True)
class Credential:
    """The user's entry with what the program gave, and until when it counts (None: for good)."""

    user: dict[str, Any]
    end: datetime | None = None


def credential_of(kubeconfig: Kubeconfig) -> Credential:
    """Give the user's entry as the client takes it; raises KubeconfigInvalid where its program fails."""
    plugin = kubeconfig.user.get("exec")
    if not isinstance(plugin, dict):
        return Credential(kubeconfig.user)
    status = _run(kubeconfig, plugin)
    rest = {key: value for key, value in kubeconfig.user.items() if key != "exec"}
    if status.get("token"):
        rest["token"] = str(status["token"])
    for key, name in (("client-certificate-data", "clientCertificateData"), ("client-key-data", "clientKeyData")):
        if status.get(name):
            rest[key] = base64.b64encode(str(status[name]).encode()).decode()
    if rest.keys() == kubeconfig.user.keys() - {"exec"}:
        raise _failed(kubeconfig, plugin, "it gave neither a token nor a certificate")
    return Credential(rest, _end(status.get("expirationTimestamp")))


def _end(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text).replace("Z", "+00:00")) if text else None
    except ValueError:
        return None


def _run(kubeconfig: Kubeconfig, plugin: dict[str, Any]) -> dict[str, Any]:
    """Run the program; give the status of the ExecCredential that it prints."""
    command, version = str(plugin.get("command")), str(plugin.get("apiVersion"))
    if "/" in command:  # a relative one is beside the kubeconfig
        command = str(kubeconfig.user_path.parent / command)
    given = {str(item["name"]): str(item["value"]) for item in plugin.get("env") or [] if isinstance(item, dict)}
    spec: dict[str, Any] = {"interactive": False}
    if plugin.get("provideClusterInfo"):
        spec["cluster"] = {
            key: value for key, value in kubeconfig.cluster.items() if key in ("server", "certificate-authority-data")
        }
    info = json.dumps({"apiVersion": version, "kind": "ExecCredential", "spec": spec})
    try:
        done = subprocess.run(
            [command, *map(str, plugin.get("args") or [])], env={**os.environ, **given, "KUBERNETES_EXEC_INFO": info},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=limits.API_LOGIN_S,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise _failed(kubeconfig, plugin, f"it did not end within {limits.API_LOGIN_S:.0f} s") from error
    except OSError as error:
        raise _failed(kubeconfig, plugin, f"it cannot be run: {error.strerror}") from error
    if done.returncode:
        raise _failed(kubeconfig, plugin, " ".join(done.stderr.split())[-300:] or f"exit status {done.returncode}")
    try:
        status = json.loads(done.stdout)["status"]
    except (ValueError, KeyError, TypeError) as error:
        raise _failed(kubeconfig, plugin, "what it prints is not an ExecCredential") from error
    return status if isinstance(status, dict) else {}


def _failed(kubeconfig: Kubeconfig, plugin: dict[str, Any], said: str) -> KubeconfigInvalid:
    command = " ".join([str(plugin.get("command")), *map(str, plugin.get("args") or [])])
    hint = " ".join(str(plugin.get("installHint") or "").split())
    return KubeconfigInvalid(
        f"{kubeconfig.user_path}: the program that logs in failed: {command}: {said}", hint or command
    )
