"""Claims on volumes, each with what the cluster last said of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

from edgeproof.facts.cluster.objects import Volume, parse_volume
from edgeproof.facts.cluster.quantities import shown
from edgeproof.facts.observed import NotApplicable

SAID_CHARACTERS = 300


@dataclass(frozen=True)
class Misfit:
    """Why a claim does not get a volume; `volume` is None where there is none."""

    kind: Literal["absent", "held", "size", "class", "mode"]
    volume: Volume | None
    said: str


def parse_claims(items: Iterable[dict[str, Any]], events: list[dict[str, Any]]) -> tuple[Volume, ...]:
    """Read PersistentVolumeClaim objects, and put on each its newest event: what one that is not bound waits for."""
    return tuple(_with_event(parse_volume(item), events) for item in items)


def off_nfs(claims: Iterable[Volume], volumes: Iterable[Volume], name: str) -> tuple[Volume, ...]:
    """Give the user's claims of that name that are not bound to an NFS volume; edgeproof's own are left out.

    A volume that is kept for another claim counts as none. Modes are not compared where the two are bound: Kubernetes does so before,
    and afterwards a mode keeps no node from mounting NFS (its documentation, Persistent Volumes, Access Modes).
    Not applicable where there is no such claim.
    """
    on_nfs = {volume.name: volume for volume in volumes if volume.nfs}
    users = [claim for claim in claims if claim.name == name and not claim.namespace.startswith("edgeproof-")]
    if not users:
        raise NotApplicable(f"there is no claim {name} yet but edgeproof's own, which pods are tried with")
    return tuple(claim for claim in users if not _is_on_nfs(claim, on_nfs.get(claim.volume)))


def _is_on_nfs(claim: Volume, volume: Volume | None) -> bool:
    return claim.phase == "Bound" and volume is not None and not is_held(volume, claim)


def is_held(volume: Volume, claim: Volume) -> bool:
    """Tell whether a volume is kept for another claim: one of another name, or one of this name that is no more."""
    namespace, name, uid = volume.holder
    is_another = (namespace, name) != (claim.namespace, claim.name) or bool(uid and claim.uid and uid != claim.uid)
    return bool(name) and is_another


def misfit(claim: Volume, volumes: Iterable[Volume]) -> Misfit | None:
    """Say why a claim does not get the volume that it names, or, where it names none, an NFS volume; None where nothing shows.

    In the order in which Kubernetes compares them (syncUnboundClaim and checkVolumeSatisfyClaim in its pv_controller.go).
    """
    wanted = [volume for volume in volumes if (volume.name == claim.volume if claim.volume else volume.nfs)]
    if not wanted:
        what = f"there is no PersistentVolume {claim.volume}" if claim.volume else "there is no PersistentVolume on NFS"
        return Misfit("absent", None, what)
    found = [_misfit(claim, volume) for volume in wanted]
    return found[0] if all(found) else None


def _misfit(claim: Volume, volume: Volume) -> Misfit | None:
    if is_held(volume, claim):
        holder = (
            "the claim of this name before"
            if volume.holder[:2] == (claim.namespace, claim.name)
            else "/".join(volume.holder[:2])
        )
        return Misfit("held", volume, f"{volume.name} ({volume.phase}) is kept for {holder}")
    if claim.size is not None and volume.size is not None and claim.size > volume.size:
        asked, has = shown("storage", claim.size), shown("storage", volume.size)
        return Misfit("size", volume, f"it asks for {asked}, and {volume.name} has {has}")
    if (claim.storage_class or "") != (volume.storage_class or ""):
        of_claim, of_volume = claim.storage_class or "", volume.storage_class or ""
        return Misfit("class", volume, f"its class is {of_claim!r}, and that of {volume.name} is {of_volume!r}")
    if lacking := claim.modes - volume.modes:
        has = ", ".join(sorted(volume.modes)) or "no mode"
        return Misfit("mode", volume, f"it asks for {', '.join(sorted(lacking))}, and {volume.name} has {has}")
    return None


def _with_event(claim: Volume, events: list[dict[str, Any]]) -> Volume:
    own = [event for event in events if _is_about(event.get("involvedObject"), claim)]
    newest = max(own, key=lambda event: str(event.get("lastTimestamp") or event.get("eventTime") or ""), default={})
    return replace(claim, said=str(newest.get("message") or "")[:SAID_CHARACTERS])


def _is_about(involved: object, claim: Volume) -> bool:
    wanted = {"kind": "PersistentVolumeClaim", "namespace": claim.namespace, "name": claim.name}
    return isinstance(involved, dict) and {key: involved.get(key) for key in wanted} == wanted
