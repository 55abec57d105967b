"""Volumes and claims, as the binder brings them together (kubernetes/pkg/controller/volume/persistentvolume)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from selftest.replay.api.kinds import Object
from selftest.replay.api.store import Store

UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}
DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"

Report = Callable[[Object, Mapping[str, Any]], None]


def quantity(text: object) -> float:
    """Read a quantity such as 5Gi; 0 for what is none."""
    found = re.fullmatch(r"([\d.]+)([kMGT]i?|Ki|)", str(text))
    return float(found[1]) * UNITS.get(found[2], 0) if found else 0.0


class Volumes:
    """The binder: brings claims and volumes together, or says by an event why not."""

    def __init__(self, store: Store, report: Report) -> None:
        self.store, self.report = store, report

    def offer(self, volume: Object) -> None:
        """Take a new volume."""
        volume["status"] = {"phase": "Available"}
        for claim in self.store.all("PersistentVolumeClaim"):
            waits = (claim.get("status") or {}).get("phase") == "Pending"
            if waits and claim["spec"].get("volumeName") == volume["metadata"]["name"]:
                self.claim(claim)

    def claim(self, claim: Object) -> None:
        """Take a new claim: bound where a volume is there for it, else Pending."""
        claim["status"] = {"phase": "Pending"}
        if "storageClassName" not in claim["spec"]:
            self._fill_class(claim)
        wanted, name = claim["spec"].get("volumeName"), claim["spec"].get("storageClassName", "")
        if wanted:
            volume = self.store.find("PersistentVolume", "", wanted)
            if volume is not None:
                self._bind(claim, volume)
            return
        for volume in self.store.all("PersistentVolume"):
            if not mismatch(claim, volume) and _is_free(claim, volume):
                self._bind(claim, volume)
                return
        if name:
            words = "waiting for first consumer to be created before binding"
            self.report(claim, {"type": "Normal", "reason": "WaitForFirstConsumer", "message": words})
        else:
            words = "no persistent volumes available for this claim and no storage class is set"
            self.report(claim, {"type": "Normal", "reason": "FailedBinding", "message": words})

    def released(self, item: Object) -> None:
        """Let a volume go whose claim is deleted."""
        if item["kind"] != "PersistentVolumeClaim":
            return
        for volume in self.store.all("PersistentVolume"):
            if (volume["spec"].get("claimRef") or {}).get("uid") == item["metadata"]["uid"]:
                volume["status"] = {"phase": "Released"}

    def of_claim(self, namespace: str, name: str) -> Object | None:
        """Give the volume that a claim is bound to."""
        claim = self.store.find("PersistentVolumeClaim", namespace, name)
        return self.store.find("PersistentVolume", "", claim["spec"].get("volumeName", "")) if claim else None

    def _fill_class(self, claim: Object) -> None:
        for each in self.store.all("StorageClass"):
            if (each["metadata"].get("annotations") or {}).get(DEFAULT_CLASS) == "true":
                claim["spec"]["storageClassName"] = each["metadata"]["name"]

    def _bind(self, claim: Object, volume: Object) -> None:
        name = volume["metadata"]["name"]
        fault = mismatch(claim, volume)
        if fault:
            self.report(
                claim, {"reason": "VolumeMismatch", "message": f'Cannot bind to requested volume "{name}": {fault}'}
            )
            return
        if not _is_free(claim, volume):
            words = f'volume "{name}" already bound to a different claim.'
            self.report(claim, {"reason": "FailedBinding", "message": words})
            return
        metadata = claim["metadata"]
        volume["spec"]["claimRef"] = {"kind": "PersistentVolumeClaim"} | {
            key: metadata[key] for key in ("namespace", "name", "uid")
        }
        volume["status"] = {"phase": "Bound"}
        claim["spec"]["volumeName"] = name
        given = {key: volume["spec"].get(key) for key in ("accessModes", "capacity")}
        claim["status"] = {"phase": "Bound", **given}


def mismatch(claim: Object, volume: Object) -> str:
    """Say in the binder's words why a volume is not for a claim: '' when it is."""
    wanted, given = claim["spec"], volume["spec"]
    asked = ((wanted.get("resources") or {}).get("requests") or {}).get("storage", 0)
    if quantity((given.get("capacity") or {}).get("storage", 0)) < quantity(asked):
        return "requested PV is too small"
    if (wanted.get("storageClassName") or "") != (given.get("storageClassName") or ""):
        return "storageClassName does not match"
    if (wanted.get("volumeMode") or "Filesystem") != (given.get("volumeMode") or "Filesystem"):
        return "incompatible volumeMode"
    if not set(wanted.get("accessModes") or []) <= set(given.get("accessModes") or []):
        return "incompatible accessMode"
    return ""


def _is_free(claim: Object, volume: Object) -> bool:
    holder = volume["spec"].get("claimRef")
    if not holder:
        return str((volume.get("status") or {}).get("phase", "Available")) == "Available"
    metadata = claim["metadata"]
    same: bool = (holder.get("namespace"), holder.get("name")) == (metadata["namespace"], metadata["name"])
    return same and str(holder.get("uid") or metadata["uid"]) == metadata["uid"]
