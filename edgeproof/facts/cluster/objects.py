"""Volumes and claims as the API tells them; any part of an object may be absent."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from edgeproof.facts.cluster.parse import part, text, words
from edgeproof.facts.cluster.quantities import quantity


@dataclass(frozen=True)
class Volume:
    """A PersistentVolume, or a claim on one: `nfs` is the export behind a volume ('' where it is no NFS), `said` its newest event.

    `size` are the bytes that a volume has or a claim asks for, None where it does not say; `holder` is namespace, name and uid of the
    claim that a volume is kept for ('' for each that is not said).
    """

    namespace: str
    name: str
    phase: str
    storage_class: str | None
    volume: str
    nfs: str
    modes: frozenset[str]
    mount_options: frozenset[str]
    size: Fraction | None
    uid: str
    holder: tuple[str, str, str]
    said: str = ""

    def __repr__(self) -> str:
        place = f"{self.namespace}/" if self.namespace else ""
        bound = f" to {self.volume}" if self.volume else ""
        said = f": {self.said}" if self.said and self.phase != "Bound" else ""
        return f"{place}{self.name} (class {self.storage_class!r}, {self.phase}{bound}){said}"


def parse_volume(item: dict[str, Any]) -> Volume:
    """Read a PersistentVolume or a PersistentVolumeClaim object."""
    metadata, spec, status = (part(item, name) for name in ("metadata", "spec", "status"))
    held = part(spec, "claimRef")
    return Volume(
        namespace=text(metadata, "namespace"),
        name=text(metadata, "name"),
        phase=text(status, "phase"),
        storage_class=None if spec.get("storageClassName") is None else text(spec, "storageClassName"),
        volume=text(spec, "volumeName"),
        nfs=_nfs(spec),
        modes=words(spec, "accessModes"),
        mount_options=words(spec, "mountOptions"),
        size=quantity(part(spec, "capacity").get("storage", part(spec, "resources", "requests").get("storage"))),
        uid=text(metadata, "uid"),
        holder=(text(held, "namespace"), text(held, "name"), text(held, "uid")),
    )


def _nfs(spec: dict[str, Any]) -> str:
    """Name the export behind a volume: of the kubelet's own NFS, or of a CSI driver for NFS; '' where there is none."""
    own, csi = part(spec, "nfs"), part(spec, "csi")
    if own:
        return f"{own.get('server')}:{own.get('path')}"
    driver, attributes = text(csi, "driver"), part(csi, "volumeAttributes")
    if "nfs" not in driver.split("."):
        return ""
    return f"{attributes['server']}:{attributes.get('share')}" if "server" in attributes else driver
