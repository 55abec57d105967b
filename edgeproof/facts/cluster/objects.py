"""Volumes and claims as the API tells them; any part of an object may be absent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Volume:
    """A PersistentVolume over NFS, or a claim on one."""

    namespace: str
    name: str
    phase: str
    storage_class: str | None
    volume: str
    nfs: str
    modes: frozenset[str]
    mount_options: frozenset[str]

    def __repr__(self) -> str:
        place = f"{self.namespace}/" if self.namespace else ""
        return f"{place}{self.name} (class {self.storage_class!r}, {self.phase})"


def parse_volume(item: dict[str, Any]) -> Volume:
    """Read a PersistentVolume or a PersistentVolumeClaim object."""
    metadata, spec, status = (_part(item, name) for name in ("metadata", "spec", "status"))
    nfs = _part(spec, "nfs")
    storage_class = spec.get("storageClassName")
    return Volume(
        namespace=str(metadata.get("namespace", "")),
        name=str(metadata.get("name", "")),
        phase=str(status.get("phase", "")),
        storage_class=None if storage_class is None else str(storage_class),
        volume=str(spec.get("volumeName", "")),
        nfs=f"{nfs.get('server')}:{nfs.get('path')}" if nfs else "",
        modes=frozenset(map(str, spec.get("accessModes") or [])),
        mount_options=frozenset(map(str, spec.get("mountOptions") or [])),
    )


def _part(item: dict[str, Any], name: str) -> dict[str, Any]:
    found = item.get(name)
    return found if isinstance(found, dict) else {}
