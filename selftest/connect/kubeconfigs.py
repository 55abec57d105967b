"""Kubeconfigs as K3s writes them, and inventories that name them."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import yaml

from edgeproof.inventory import Inventory
from selftest.connect.keys import Certificate


def in_base64(data: bytes) -> str:
    """Write bytes as a kubeconfig holds them."""
    return base64.b64encode(data).decode()


def write_kubeconfig(file: Path, server: str, authority: Certificate, user: dict[str, Any] | None = None) -> Path:
    """Write a kubeconfig of one context, `default`; without `user` it logs in by a token."""
    cluster = {"server": server, "certificate-authority-data": in_base64(authority.certificate)}
    parts = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "default", "cluster": cluster}],
        "users": [{"name": "default", "user": user or {"token": "a-token"}}],
        "contexts": [{"name": "default", "context": {"cluster": "default", "user": "default"}}],
        "current-context": "default",
    }
    file.write_text(yaml.safe_dump(parts))
    return file


def client_certificate(made: Certificate) -> dict[str, Any]:
    """Write the kubeconfig's user who logs in by this certificate."""
    return {"client-certificate-data": in_base64(made.certificate), "client-key-data": in_base64(made.key)}


def inventory_at(address: str, **kubernetes: Any) -> Inventory:
    """Make an inventory whose server has this address; keywords go under `kubernetes:`."""
    node = {"address": address, "role": "server"}
    data = {"nodes": {"user-desktop": node}, "kubernetes": kubernetes, "network": {"gateway": address}}
    return Inventory.model_validate(data)
