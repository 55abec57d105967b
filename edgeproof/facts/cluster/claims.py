"""Claims on volumes, each with what the cluster last said of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from edgeproof.facts.cluster.objects import Volume, parse_volume

SAID_CHARACTERS = 300


def parse_claims(items: Iterable[dict[str, Any]], events: list[dict[str, Any]]) -> tuple[Volume, ...]:
    """Read PersistentVolumeClaim objects, and put on each its newest event: what one that is not bound waits for."""
    return tuple(_with_event(parse_volume(item), events) for item in items)


def off_nfs(claims: Iterable[Volume], volumes: Iterable[Volume], name: str) -> tuple[Volume, ...]:
    """Give the user's claims of that name that are not bound to an NFS volume; edgeproof's own are left out."""
    on_nfs = {volume.name for volume in volumes if volume.nfs}
    users = (claim for claim in claims if claim.name == name and not claim.namespace.startswith("edgeproof-"))
    return tuple(claim for claim in users if not (claim.phase == "Bound" and claim.volume in on_nfs))


def _with_event(claim: Volume, events: list[dict[str, Any]]) -> Volume:
    own = [event for event in events if _is_about(event.get("involvedObject"), claim)]
    newest = max(own, key=lambda event: str(event.get("lastTimestamp") or event.get("eventTime") or ""), default={})
    return replace(claim, said=str(newest.get("message") or "")[:SAID_CHARACTERS])


def _is_about(involved: object, claim: Volume) -> bool:
    wanted = {"kind": "PersistentVolumeClaim", "namespace": claim.namespace, "name": claim.name}
    return isinstance(involved, dict) and {key: involved.get(key) for key in wanted} == wanted
