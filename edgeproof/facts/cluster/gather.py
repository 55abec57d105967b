"""Gathers what the API server tells: one list call a kind."""

from __future__ import annotations

from typing import Any

from edgeproof.connect.kubernetes import KubernetesApi, read_kubeconfig
from edgeproof.errors import ConnectError
from edgeproof.inventory import Inventory

KINDS = {
    "nodes": "/api/v1/nodes",
    "pods": "/api/v1/pods",
    "persistent_volumes": "/api/v1/persistentvolumes",
    "claims": "/api/v1/persistentvolumeclaims",
}


def gather_cluster(inventory: Inventory) -> dict[str, Any]:
    """Give the objects of each kind as plain data, or the error that stands in their way."""
    try:
        path, server, end = read_kubeconfig(inventory)
        api = KubernetesApi(inventory)
        found: dict[str, Any] = {kind: api.items(url) for kind, url in KINDS.items()}
        found["version"] = api.call("GET", "/version")
    except ConnectError as error:
        return {"error": str(error), "kind": type(error).__name__, "fix": error.fix}
    end_text = end.isoformat() if end else ""
    return {
        **found,
        "error": "",
        "kind": "",
        "fix": "",
        "kubeconfig": str(path),
        "server": server,
        "certificate_end": end_text,
    }
