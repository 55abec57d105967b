"""Gathers what the API server tells: one list call a kind."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from edgeproof.connect.api import KubernetesApi, read_kubeconfig
from edgeproof.errors import ApiRefused, ConnectError
from edgeproof.facts.reach import Reach, refused
from edgeproof.inventory import Inventory

KINDS = {
    "nodes": "/api/v1/nodes",
    "pods": "/api/v1/pods",
    "persistent_volumes": "/api/v1/persistentvolumes",
    "claims": "/api/v1/persistentvolumeclaims",
}

CLAIMS = "involvedObject.kind=PersistentVolumeClaim"


def gather_cluster(inventory: Inventory) -> dict[str, Any]:
    """Give the objects of each kind as plain data, or the error that stands in their way."""
    try:
        kubeconfig = read_kubeconfig(inventory)
        api = KubernetesApi(inventory)
        objects: dict[str, Any] = {kind: api.items(url) for kind, url in KINDS.items()}
        version = api.call("GET", "/version")
        claim_events = _claim_events(api)
    except ConnectError as error:
        return {"reach": asdict(refused(error))}
    end = kubeconfig.certificate_end
    return {
        **objects,
        "claim_events": claim_events,
        "version": version,
        "reach": asdict(Reach()),
        "certificate_end": end.isoformat() if end else "",
    }


def _claim_events(api: KubernetesApi) -> list[dict[str, Any]]:
    """List the events of claims; none where the API server refuses that: they only explain."""
    try:
        found = api.call("GET", "/api/v1/events", query={"fieldSelector": CLAIMS}).get("items")
    except ApiRefused:
        return []
    return [event for event in found or [] if isinstance(event, dict)]
