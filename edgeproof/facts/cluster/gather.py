"""Gathers what the API server tells: one list call a kind."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timezone
from typing import Any

from edgeproof.connect.api import KubernetesApi
from edgeproof.errors import ApiForbidden, ApiRefused, ConnectError
from edgeproof.facts.reach import Reach, refused
from edgeproof.inventory import Inventory

KINDS = {
    "nodes": "/api/v1/nodes",
    "pods": "/api/v1/pods",
    "persistent_volumes": "/api/v1/persistentvolumes",
    "claims": "/api/v1/persistentvolumeclaims",
}
BESIDE = {
    "runtime_classes": "/apis/node.k8s.io/v1/runtimeclasses",
    "service": "/api/v1/namespaces/default/services/kubernetes",
    "dns": "/api/v1/namespaces/kube-system/services/kube-dns",
    "network_policies": "/apis/networking.k8s.io/v1/networkpolicies",
}
"""What an API server may refuse, being old or strict, without the rest being of no use."""

CLAIMS = "involvedObject.kind=PersistentVolumeClaim"


def gather_cluster(inventory: Inventory) -> dict[str, Any]:
    """Give the objects of each kind as plain data, or the error that stands in their way."""
    try:
        api = KubernetesApi(inventory)
        forbidden: dict[str, str] = {}
        objects = {kind: _listed(api, kind, url, forbidden) for kind, url in KINDS.items()}
        beside = {kind: _if_allowed(api, url) for kind, url in BESIDE.items()}
        version = api.call("GET", "/version")
        claim_events = _claim_events(api)
    except ConnectError as error:
        return {"reach": asdict(refused(error))}
    end = api.kubeconfig.certificate_end
    return {
        **objects,
        "forbidden": forbidden,
        "claim_events": claim_events,
        **beside,
        "version": version,
        "reach": asdict(Reach()),
        "certificate_end": end.isoformat() if end else "",
        "asked_at": datetime.now(timezone.utc).isoformat(),
    }


def _listed(api: KubernetesApi, kind: str, url: str, forbidden: dict[str, str]) -> list[dict[str, Any]]:
    """List the objects of a kind; none where the user may not, which `forbidden` then says."""
    try:
        return api.items(url)
    except ApiForbidden as error:
        forbidden[kind] = str(error)
        return []


def _claim_events(api: KubernetesApi) -> list[dict[str, Any]]:
    """List the events of claims; none where the API server refuses that: they only explain."""
    try:
        found = api.call("GET", "/api/v1/events", query={"fieldSelector": CLAIMS}).get("items")
    except ApiRefused:
        return []
    return [event for event in found or [] if isinstance(event, dict)]


def _if_allowed(api: KubernetesApi, url: str) -> dict[str, Any]:
    """Give the answer, or the status with which it was refused (0 where it was not), and in which words."""
    try:
        return {"found": api.call("GET", url), "refused": 0, "said": ""}
    except ApiRefused as error:
        return {"found": {}, "refused": error.status, "said": str(error)}
