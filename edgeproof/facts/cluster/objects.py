"""Nodes, pods, volumes and claims as the API tells them; any part of an object may be absent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from edgeproof.facts.observed import Facts


@dataclass(frozen=True, repr=False)
class Member(Facts):
    """One Node object. `pressures` are the conditions other than Ready that are true."""

    name: str
    ready: bool
    why_not_ready: str
    internal_ip: str
    kubelet: str
    runtime: str
    taints: frozenset[str]
    labels: frozenset[str]
    pressures: tuple[str, ...]
    gpus: str


def parse_member(node: dict[str, Any]) -> Member:
    """Read a Node object; an absent condition is not Ready."""
    metadata, spec, status = (_part(node, name) for name in ("metadata", "spec", "status"))
    conditions = {c.get("type"): c for c in status.get("conditions") or [] if isinstance(c, dict)}
    ready = conditions.get("Ready", {})
    addresses = {a.get("type"): a.get("address") for a in status.get("addresses") or [] if isinstance(a, dict)}
    info = _part(status, "nodeInfo")
    return Member(
        name=str(metadata.get("name", "")),
        ready=ready.get("status") == "True",
        why_not_ready=str(ready.get("message", "no Ready condition"))[:200],
        internal_ip=str(addresses.get("InternalIP", "")),
        kubelet=str(info.get("kubeletVersion", "")),
        runtime=str(info.get("containerRuntimeVersion", "")),
        taints=frozenset(f"{t.get('key')}={t.get('value', '')}:{t.get('effect')}" for t in spec.get("taints") or []),
        labels=frozenset(f"{key}={value}" for key, value in _part(metadata, "labels").items()),
        pressures=tuple(sorted(str(k) for k, c in conditions.items() if k != "Ready" and c.get("status") == "True")),
        gpus=str(_part(status, "allocatable").get("nvidia.com/gpu", "0")),
    )


@dataclass(frozen=True)
class PodOnNode:
    """One pod: where it runs, whose it is, how it does."""

    namespace: str
    name: str
    node: str
    owner: str
    phase: str
    restarts: int
    ready: bool
    labels: frozenset[str]

    def __repr__(self) -> str:
        return f"{self.namespace}/{self.name}"


def parse_pod(pod: dict[str, Any]) -> PodOnNode:
    """Read a Pod object."""
    metadata, spec, status = (_part(pod, name) for name in ("metadata", "spec", "status"))
    containers = [c for c in status.get("containerStatuses") or [] if isinstance(c, dict)]
    owners = [o for o in metadata.get("ownerReferences") or [] if isinstance(o, dict)]
    return PodOnNode(
        namespace=str(metadata.get("namespace", "")),
        name=str(metadata.get("name", "")),
        node=str(spec.get("nodeName", "")),
        owner=str(owners[0].get("kind", "")) if owners else "",
        phase=str(status.get("phase", "")),
        restarts=sum(int(c.get("restartCount", 0)) for c in containers),
        ready=bool(containers) and all(c.get("ready") for c in containers),
        labels=frozenset(f"{key}={value}" for key, value in _part(metadata, "labels").items()),
    )


@dataclass(frozen=True)
class Volume:
    """A PersistentVolume, or a claim on one: `nfs` is the export behind a volume ('' where it is no NFS), `said` its newest event."""

    namespace: str
    name: str
    phase: str
    storage_class: str | None
    volume: str
    nfs: str
    modes: frozenset[str]
    mount_options: frozenset[str]
    said: str = ""

    def __repr__(self) -> str:
        place = f"{self.namespace}/" if self.namespace else ""
        bound = f" to {self.volume}" if self.volume else ""
        said = f": {self.said}" if self.said and self.phase != "Bound" else ""
        return f"{place}{self.name} (class {self.storage_class!r}, {self.phase}{bound}){said}"


def parse_volume(item: dict[str, Any]) -> Volume:
    """Read a PersistentVolume or a PersistentVolumeClaim object."""
    metadata, spec, status = (_part(item, name) for name in ("metadata", "spec", "status"))
    storage_class = spec.get("storageClassName")
    return Volume(
        namespace=str(metadata.get("namespace", "")),
        name=str(metadata.get("name", "")),
        phase=str(status.get("phase", "")),
        storage_class=None if storage_class is None else str(storage_class),
        volume=str(spec.get("volumeName", "")),
        nfs=_nfs(spec),
        modes=frozenset(map(str, spec.get("accessModes") or [])),
        mount_options=frozenset(map(str, spec.get("mountOptions") or [])),
    )


def _nfs(spec: dict[str, Any]) -> str:
    """Name the export behind a volume: of the kubelet's own NFS, or of a CSI driver for NFS; '' where there is none."""
    own, csi = _part(spec, "nfs"), _part(spec, "csi")
    if own:
        return f"{own.get('server')}:{own.get('path')}"
    driver, attributes = str(csi.get("driver", "")), _part(csi, "volumeAttributes")
    if "nfs" not in driver.split("."):
        return ""
    return f"{attributes['server']}:{attributes.get('share')}" if "server" in attributes else driver


def _part(item: dict[str, Any], name: str) -> dict[str, Any]:
    found = item.get(name)
    return found if isinstance(found, dict) else {}
