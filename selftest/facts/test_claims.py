"""The user's claims: judged by the volume that they are bound to, not by their class."""

from __future__ import annotations

from typing import Any

import pytest

from edgeproof.facts.cluster.claims import misfit, off_nfs, parse_claims
from edgeproof.facts.cluster.objects import Volume, parse_volume
from edgeproof.facts.observed import NotApplicable

NAME = "nfs-images-pvc"
CSI = {"driver": "nfs.csi.k8s.io", "volumeAttributes": {"server": "nas.lan", "share": "/volume1"}}
NFS, LOCAL = {"nfs": {"server": "192.168.10.1", "path": "/nfs/images"}}, {"hostPath": {"path": "/opt/local-path"}}


def claim(**differs: Any) -> dict[str, Any]:
    """Make a claim that is bound to the volume pv-1."""
    metadata = {"name": differs.get("name", NAME), "namespace": differs.get("namespace", "default")}
    spec = {"storageClassName": differs.get("storage_class", ""), "volumeName": "pv-1"}
    return {"metadata": metadata, "spec": spec, "status": {"phase": differs.get("phase", "Bound")}}


def found(item: dict[str, Any], volume: dict[str, Any], *events: dict[str, Any]) -> tuple[Volume, ...]:
    """Look for claims off NFS, in a cluster of one claim, the volume pv-1 and some events."""
    of_name = parse_volume({"metadata": {"name": "pv-1"}, "spec": volume, "status": {"phase": "Bound"}})
    return off_nfs(parse_claims([item], list(events)), [of_name], NAME)


@pytest.mark.parametrize("volume", [NFS, {"csi": CSI}, {"csi": {"driver": "nfs.csi.k8s.io"}}])
@pytest.mark.parametrize("storage_class", ["", "nfs-client", "local-path"])
def test_on_nfs(volume: dict[str, Any], storage_class: str) -> None:
    """A claim on an NFS volume is right, whichever class or provisioner made the volume."""
    assert found(claim(storage_class=storage_class), volume) == ()


@pytest.mark.parametrize(
    ("differs", "volume"),
    [({"storage_class": "local-path"}, LOCAL), ({"phase": "Pending"}, NFS), ({"phase": "Lost"}, NFS), ({}, {"csi": {"driver": "x"}})],
)  # fmt: skip
def test_off_nfs(differs: dict[str, Any], volume: dict[str, Any]) -> None:
    """A claim on another volume, or on none yet, is found."""
    assert len(found(claim(**differs), volume)) == 1


@pytest.mark.parametrize("differs", [{"name": "data-postgres-0"}, {"namespace": "edgeproof-1a2b3c4d"}])
def test_not_judged(differs: dict[str, Any]) -> None:
    """Claims of other names, and edgeproof's own, are nobody's business here."""
    with pytest.raises(NotApplicable, match="no claim nfs-images-pvc yet"):
        found(claim(**differs), LOCAL)


def both(spec: dict[str, Any], held: dict[str, Any] | None = None, **volume: Any) -> tuple[Volume, Volume]:
    """Make a Pending claim and the volume pv-1 on NFS, which fit but for what is said."""
    fits = {"accessModes": ["ReadOnlyMany"], "storageClassName": ""}
    asked = {**fits, "resources": {"requests": {"storage": "5Gi"}}, "volumeName": "pv-1", **spec}
    has = {**fits, **NFS, "capacity": {"storage": "5Gi"}, **volume, **({"claimRef": held} if held else {})}
    metadata = {"name": NAME, "namespace": "default", "uid": "new"}
    return parse_volume({"metadata": metadata, "spec": asked}), parse_volume(
        {"metadata": {"name": "pv-1"}, "spec": has}
    )


@pytest.mark.parametrize(
    ("spec", "volume", "kind"),
    [
        ({}, {}, None),
        ({"resources": {"requests": {"storage": "6Gi"}}}, {}, "size"),
        ({}, {"capacity": {"storage": "5G"}}, "size"),
        ({}, {"capacity": {"storage": "what?"}}, None),
        ({"storageClassName": None}, {}, None),
        ({"storageClassName": "gp3"}, {}, "class"),
        ({"accessModes": ["ReadOnlyMany", "ReadWriteMany"]}, {}, "mode"),
        ({}, {"held": {"namespace": "default", "name": NAME}}, None),
        ({}, {"held": {"namespace": "default", "name": NAME, "uid": "old"}}, "held"),
        ({"storageClassName": "gp3"}, {"held": {"namespace": "other", "name": NAME, "uid": "new"}}, "held"),
        ({"volumeName": "pv-2"}, {}, "absent"),
        ({"volumeName": ""}, {}, None),
        ({"volumeName": "", "storageClassName": "gp3"}, {}, "class"),
        ({"volumeName": ""}, {"nfs": None}, "absent"),
    ],
)
def test_misfit(spec: dict[str, Any], volume: dict[str, Any], kind: str | None) -> None:
    """Whatever keeps Kubernetes from binding the two is found, and nothing else."""
    item, offered = both(spec, **volume)
    found = misfit(item, [offered])
    assert (found.kind if found else None) == kind


def test_claim_whose_volume_is_kept_for_another() -> None:
    """A claim that says Bound, of a volume that is kept for another claim, is not on it."""
    (left,) = found(claim(), {**NFS, "claimRef": {"namespace": "other", "name": NAME}})
    assert left.name == NAME


def event(message: str, when: str, **about: str) -> dict[str, Any]:
    """Make an event of the claim, or of what `about` says otherwise."""
    involved = {"kind": "PersistentVolumeClaim", "namespace": "default", "name": NAME} | about
    return {"involvedObject": involved, "message": message, "lastTimestamp": when}


def test_pending_claim_shows_its_newest_event() -> None:
    """What a claim waits for is said by its own newest event, in whatever order they are listed."""
    events = (
        event("waiting for a volume to be created by nfs-client", "2026-01-31T09:30:00Z"),
        event("first", "2026-01-31T09:00:00Z"),
        event("another claim's", "2026-01-31T10:00:00Z", namespace="other"),
    )
    (pending,) = found(claim(phase="Pending"), NFS, *events)
    assert pending.said == "waiting for a volume to be created by nfs-client"
    assert repr(pending).endswith(pending.said)
