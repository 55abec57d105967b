"""The objects that are there."""

from __future__ import annotations

import copy
import hashlib
import re
import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from selftest.replay.api.kinds import Kind, Kinds, Object
from selftest.replay.api.refusal import Refusal

SUFFIX_LETTERS = "bcdfghjklmnpqrstvwxz2456789"
"""Of what Kubernetes makes the last five letters of a generated name."""
AGE = timedelta(days=30)
"""How long ago a case's objects were made, where they do not say."""
STANDING = ("default", "kube-system", "kube-public", "kube-node-lease")
"""Namespaces that every cluster has."""


def now(later: timedelta = timedelta(0)) -> str:
    """Write the time as the API does, or a later one."""
    return (datetime.now(timezone.utc) + later).strftime("%Y-%m-%dT%H:%M:%SZ")


def _dated(value: Any) -> Any:
    """Put times in place of `MINUTES min ago`."""
    if isinstance(value, dict):
        return {key: _dated(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_dated(inner) for inner in value]
    ago = re.fullmatch(r"([0-9]{1,6}) min ago", value) if isinstance(value, str) else None
    return now(-timedelta(minutes=int(ago[1]))) if ago else value


def merged(item: Any, patch: Any) -> Any:
    """Give `item` with a merge patch over it (RFC 7386)."""
    if not isinstance(patch, dict):
        return copy.deepcopy(patch)
    made = dict(item) if isinstance(item, dict) else {}
    for key, value in patch.items():
        if value is None:
            made.pop(key, None)
        else:
            made[key] = merged(made.get(key), value)
    return made


class Store:
    """Objects by kind, namespace and name; what it gives are the objects themselves."""

    def __init__(self, kinds: Kinds, objects: Sequence[Object]) -> None:
        self.kinds = kinds
        self._objects: dict[Kind, dict[tuple[str, str], Object]] = {}
        self._count = 0
        given = [_dated(copy.deepcopy(item)) for item in [*objects, *_standing_service(objects)]]
        for item in given:
            item["metadata"].setdefault("creationTimestamp", now(-AGE))
        for name in dict.fromkeys([*STANDING, *(str(item["metadata"].get("namespace", "default")) for item in given)]):
            self.add_namespace(name)
        for item in given:
            if item["kind"] == "Namespace":
                self.discard(item)
            self.add(item)

    def kind_of(self, item: Object) -> Kind:
        """Give an object's kind."""
        return self.kinds.named(item["kind"])

    def add_namespace(self, name: str) -> None:
        """Make a namespace with its service account."""
        self.add({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}, "status": {"phase": "Active"}})
        self.add({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": name}})

    def add(self, item: Object) -> Object:
        """Put an object in, and fill in what the API server fills in; raises Refusal where it is there already."""
        kind, metadata = self.kind_of(item), item.setdefault("metadata", {})
        item["apiVersion"] = kind.version
        if kind.is_namespaced:
            metadata.setdefault("namespace", "default")
        self._count += 1
        identity = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{kind} {metadata} {self._count}"))
        if "name" not in metadata:
            metadata["name"] = metadata.get("generateName", "") + suffix(identity)
        key = (metadata.get("namespace", ""), metadata["name"])
        if key in self._objects.setdefault(kind, {}):
            raise Refusal(409, f'{kind.qualified()} "{key[1]}" already exists', "AlreadyExists")
        for name, value in (("uid", identity), ("creationTimestamp", now()), ("resourceVersion", str(self._count))):
            metadata.setdefault(name, value)
        self._objects[kind][key] = item
        return item

    def all(self, kind: str, namespace: str = "") -> Iterator[Object]:
        """Give the objects of one of Kubernetes' own kinds, of one namespace or of all."""
        return self.listed(self.kinds.named(kind), namespace)

    def listed(self, kind: Kind, namespace: str = "") -> Iterator[Object]:
        """Give the objects of a kind, of one namespace or of all."""
        for (place, _), item in list(self._objects.get(kind, {}).items()):
            if namespace in ("", place):
                yield item

    def find(self, kind: str, namespace: str, name: str) -> Object | None:
        """Give an object of one of Kubernetes' own kinds; None where there is none."""
        return self._objects.get(self.kinds.named(kind), {}).get((namespace, name))

    def get(self, kind: Kind, namespace: str, name: str) -> Object:
        """Give an object; raises Refusal where there is none."""
        found = self._objects.get(kind, {}).get((namespace, name))
        if found is None:
            raise Refusal(404, f'{kind.qualified()} "{name}" not found')
        return found

    def patch(self, item: Object, patch: Object) -> None:
        """Merge a patch into an object, in place."""
        changed = merged(item, patch)
        item.clear()
        item.update(changed)
        self._count += 1
        item["metadata"]["resourceVersion"] = str(self._count)

    def discard(self, item: Object) -> None:
        """Take an object out, where it is still there."""
        metadata = item["metadata"]
        self._objects.get(self.kind_of(item), {}).pop((metadata.get("namespace", ""), metadata["name"]), None)

    def owned(self, owner: str) -> list[Object]:
        """Give the objects that the object of this uid owns."""
        return [
            item for kind in self._objects.values() for item in kind.values()
            if any(each.get("uid") == owner for each in item["metadata"].get("ownerReferences") or [])
        ]  # fmt: skip

    def within(self, namespace: str) -> list[Object]:
        """Give all that lies in a namespace."""
        return [item for kind in self._objects.values() for (place, _), item in kind.items() if place == namespace]


def _standing_service(objects: Sequence[Object]) -> list[Object]:
    """Give the API's own service, which every cluster has, where the case does not."""
    metadata = {"name": "kubernetes", "namespace": "default"}
    if any(item["kind"] == "Service" and item["metadata"]["name"] == metadata["name"] for item in objects):
        return []
    ports = [{"name": "https", "port": 443, "protocol": "TCP", "targetPort": 6443}]
    return [
        {
            "kind": "Service",
            "metadata": metadata,
            "spec": {"type": "ClusterIP", "clusterIP": "10.43.0.1", "ports": ports},
        }
    ]


def suffix(identity: str) -> str:
    """Give the five letters at the end of a generated name, the same for the same identity."""
    number = int(hashlib.sha256(identity.encode()).hexdigest(), 16)
    return "".join(SUFFIX_LETTERS[number // 27**place % 27] for place in range(5))
