"""Which kinds there are, and which URL is whose."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from selftest.replay.api.refusal import Undescribed

Object = dict[str, Any]

OF_CLUSTERS = {
    "v1": "Node Namespace PersistentVolume",
    "node.k8s.io/v1": "RuntimeClass",
    "storage.k8s.io/v1": "StorageClass CSIDriver CSINode VolumeAttachment",
    "scheduling.k8s.io/v1": "PriorityClass",
    "apiextensions.k8s.io/v1": "CustomResourceDefinition",
    "apiregistration.k8s.io/v1": "APIService",
    "rbac.authorization.k8s.io/v1": "ClusterRole ClusterRoleBinding",
    "admissionregistration.k8s.io/v1": "MutatingWebhookConfiguration ValidatingWebhookConfiguration",
}
OF_NAMESPACES = {
    "v1": "Pod Service Endpoints ConfigMap Secret ServiceAccount Event PersistentVolumeClaim ResourceQuota LimitRange",
    "apps/v1": "DaemonSet Deployment StatefulSet ReplicaSet",
    "batch/v1": "Job CronJob",
    "events.k8s.io/v1": "Event",
    "networking.k8s.io/v1": "NetworkPolicy Ingress",
    "discovery.k8s.io/v1": "EndpointSlice",
    "coordination.k8s.io/v1": "Lease",
    "policy/v1": "PodDisruptionBudget",
    "rbac.authorization.k8s.io/v1": "Role RoleBinding",
}


@dataclass(frozen=True)
class Kind:
    """A kind of objects: apiVersion, name, and its name in URLs."""

    version: str
    name: str
    is_namespaced: bool

    @property
    def plural(self) -> str:
        """Name it as URLs do, by English rules: pods, networkpolicies, storageclasses, endpoints."""
        word = self.name.lower()
        if word == "endpoints":
            return word
        if word.endswith("y"):
            return f"{word[:-1]}ies"
        return f"{word}es" if word.endswith(("s", "x", "ch")) else f"{word}s"

    def qualified(self) -> str:
        """Name it as messages do: pods, daemonsets.apps."""
        group = self.version.partition("/")[0] if "/" in self.version else ""
        return f"{self.plural}.{group}" if group else self.plural


@dataclass(frozen=True)
class Target:
    """What a URL names: a kind; a namespace, an object and a part of it, where they are given ('' otherwise)."""

    kind: Kind
    namespace: str
    name: str
    part: str


class Kinds:
    """Kubernetes' own kinds, and those that a case's objects are of."""

    def __init__(self, objects: Iterable[Object]) -> None:
        found = [Kind(version, name, False) for version, names in OF_CLUSTERS.items() for name in names.split()]
        found += [Kind(version, name, True) for version, names in OF_NAMESPACES.items() for name in names.split()]
        self._by_name = {kind.name: kind for kind in reversed(found)}  # of two Events, the core's
        for item in objects:
            version, name = str(item.get("apiVersion", "v1")), str(item["kind"])
            self._by_name.setdefault(name, Kind(version, name, "namespace" in item["metadata"]))
        self._by_plural = {(kind.version, kind.plural): kind for kind in [*found, *self._by_name.values()]}

    def named(self, name: str) -> Kind:
        """Give the kind of that name; raises Undescribed where there is none."""
        found = self._by_name.get(name)
        if found is None:
            raise Undescribed(f"no matches for kind {name}")
        return found

    def target(self, path: str) -> Target:
        """Read a URL's path; raises Undescribed where it names no kind."""
        parts = path.strip("/").split("/")
        if parts[0] == "api" and len(parts) > 2:
            version, rest = parts[1], parts[2:]
        elif parts[0] == "apis" and len(parts) > 3:
            version, rest = f"{parts[1]}/{parts[2]}", parts[3:]
        else:
            raise Undescribed()
        namespace = ""
        if rest[0] == "namespaces" and len(rest) > 2 and (version, rest[2]) in self._by_plural:
            namespace, rest = rest[1], rest[2:]
        kind = self._by_plural.get((version, rest[0]))
        if kind is None or (namespace and not kind.is_namespaced) or len(rest) > 3:
            raise Undescribed()
        name, part = [*rest[1:], "", ""][:2]
        return Target(kind, namespace, name, part)
