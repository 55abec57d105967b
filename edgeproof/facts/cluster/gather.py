"""Gathers what the API server tells: one list call a kind."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from edgeproof.connect.api import KubernetesApi
from edgeproof.errors import ConnectError
from edgeproof.facts.reach import Reach, refused
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
        api = KubernetesApi(inventory)
        objects: dict[str, Any] = {kind: api.items(url) for kind, url in KINDS.items()}
        version = api.call("GET", "/version")
    except ConnectError as error:
        return {"reach": asdict(refused(error))}
    end = api.kubeconfig.certificate_end
    return {
        **objects,
        "version": version,
        "reach": asdict(Reach()),
        "certificate_end": end.isoformat() if end else "",
    }
