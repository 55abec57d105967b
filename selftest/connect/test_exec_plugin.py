"""A kubeconfig's user who logs in by a program: as kubectl runs it, and how it fails."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from edgeproof.connect.exec_plugin import credential_of
from edgeproof.connect.kubeconfig import read_kubeconfig
from edgeproof.errors import KubeconfigInvalid
from selftest.connect.keys import self_signed
from selftest.connect.kubeconfigs import inventory_at, write_kubeconfig

SERVER = "https://192.0.2.1:6443"
VERSION = "client.authentication.k8s.io/v1"


def user_by(folder: Path, script: str, **plugin: Any) -> dict[str, Any]:
    """Give the user that a program beside the kubeconfig, with this shell text, logs in."""
    (folder / "login").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "login").chmod(0o755)
    entry = {"exec": {"apiVersion": VERSION, "command": "./login", **plugin}}
    file = write_kubeconfig(folder / "config", SERVER, self_signed("ca"), entry)
    return credential_of(read_kubeconfig(inventory_at("192.0.2.1", kubeconfig=file))).user


def printed(**status: str) -> str:
    """Write the command that prints an ExecCredential."""
    return f"echo '{json.dumps({'apiVersion': VERSION, 'kind': 'ExecCredential', 'status': status})}'"


def test_token(tmp_path: Path) -> None:
    """The token that it prints is the user's."""
    assert user_by(tmp_path, printed(token="a-token")) == {"token": "a-token"}


def test_certificate(tmp_path: Path) -> None:
    """A certificate and its key are taken likewise."""
    found = user_by(tmp_path, printed(clientCertificateData="PEM", clientKeyData="KEY"))
    assert found == {"client-certificate-data": "UEVN", "client-key-data": "S0VZ"}


def test_arguments_and_environment(tmp_path: Path) -> None:
    """It gets its arguments, its variables, and what kubectl tells it in KUBERNETES_EXEC_INFO."""
    script = f'case "$1-$WHO-$KUBERNETES_EXEC_INFO" in a-me-*{VERSION}*192.0.2.1*) {printed(token="a-token")};; esac'
    given = {"args": ["a"], "env": [{"name": "WHO", "value": "me"}], "provideClusterInfo": True}
    assert user_by(tmp_path, script, **given) == {"token": "a-token"}


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("echo no session: log in first >&2; exit 1", "./login: no session: log in first"),
        ("exit 3", "exit status 3"),
        ("echo hello", "what it prints is not an ExecCredential"),
        (printed(), "neither a token nor a certificate"),
    ],
)
def test_program_that_fails(tmp_path: Path, script: str, words: str) -> None:
    """A program that fails is named, with its own words."""
    with pytest.raises(KubeconfigInvalid, match=f"the program that logs in failed: .*{re.escape(words)}"):
        user_by(tmp_path, script)


def test_program_that_is_not_there(tmp_path: Path) -> None:
    """A program that is not installed is named, and the hint for its installation is the fix."""
    with pytest.raises(KubeconfigInvalid, match="no-such-login: it cannot be run: No such file") as caught:
        user_by(tmp_path, "", command="no-such-login", installHint="install it\nfrom there")
    assert caught.value.fix == "install it from there"


def test_slow_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that does not end costs the time limit."""
    monkeypatch.setattr("edgeproof.limits.API_LOGIN_S", 0.2)
    with pytest.raises(KubeconfigInvalid, match="did not end within"):
        user_by(tmp_path, "exec sleep 5")
