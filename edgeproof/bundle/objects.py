"""The API's objects, less what no fact reads: values of variables, commands, annotations of tools, managed fields."""

from __future__ import annotations

from typing import Any

KINDS = {
    "nodes": ("v1", "Node"),
    "pods": ("v1", "Pod"),
    "persistent_volumes": ("v1", "PersistentVolume"),
    "claims": ("v1", "PersistentVolumeClaim"),
    "runtime_classes": ("node.k8s.io/v1", "RuntimeClass"),
    "dns": ("v1", "Service"),
    "network_policies": ("networking.k8s.io/v1", "NetworkPolicy"),
}
"""What a list call's items are, or the one object that was asked for: they come without their kind."""

DROPPED = frozenset({
    "managedFields", "env", "envFrom", "command", "args", "volumeMounts", "lifecycle", "images", "imagePullSecrets",
    "livenessProbe", "readinessProbe", "startupProbe", "kubectl.kubernetes.io/last-applied-configuration",
})  # fmt: skip
"""Keys at any depth that may hold secrets or fill pages, and that no fact reads."""


def slim(told: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the objects of every kind that was listed, with their kinds."""
    return [
        {"apiVersion": version, "kind": kind, **_kept(item)}
        for name, (version, kind) in KINDS.items()
        for item in _items(told.get(name))
        if isinstance(item, dict)
    ]


def _items(told: Any) -> list[Any]:
    """Give the items of a list call, or of one that may have been refused; a single object is one item."""
    if isinstance(told, dict):
        found = told.get("found") or {}
        return list(found["items"] or []) if "items" in found else [found] if found else []
    return told or []


def _kept(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _kept(inner) for key, inner in value.items() if key not in DROPPED and not _is_hash(key)}
    return [_kept(inner) for inner in value] if isinstance(value, list) else value


def _is_hash(key: str) -> bool:
    """Annotations that K3s makes of a node's arguments hold its flags, encrypted values among them."""
    return key in ("k3s.io/node-args", "k3s.io/node-env", "k3s.io/node-config-hash")
