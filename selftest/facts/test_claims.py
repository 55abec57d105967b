"""The user's claims: judged by the volume that they are bound to, not by their class."""

from __future__ import annotations

from typing import Any

import pytest

from edgeproof.facts.cluster import ClusterFacts
from edgeproof.facts.cluster.cluster import parse_cluster
from edgeproof.inventory import Inventory, load_inventory
from selftest.facts.test_nodes import SAMPLES

NAME = "nfs-images-pvc"
CSI = {"driver": "nfs.csi.k8s.io", "volumeAttributes": {"server": "nas.lan", "share": "/volume1"}}
NFS, LOCAL = {"nfs": {"server": "192.168.10.1", "path": "/nfs/images"}}, {"hostPath": {"path": "/opt/local-path"}}


@pytest.fixture
def inventory() -> Inventory:
    """The smallest one: nothing here rests on it."""
    return load_inventory(SAMPLES / "inventory" / "smallest.yaml")


def claim(**differs: Any) -> dict[str, Any]:
    """Make a claim that is bound to the volume pv-1."""
    metadata = {"name": differs.get("name", NAME), "namespace": differs.get("namespace", "default")}
    spec = {"storageClassName": differs.get("storage_class", ""), "volumeName": "pv-1"}
    return {"metadata": metadata, "spec": spec, "status": {"phase": differs.get("phase", "Bound")}}


def cluster(
    inventory: Inventory, item: dict[str, Any], volume: dict[str, Any], *events: dict[str, Any]
) -> ClusterFacts:
    """Make a cluster of one claim, the volume pv-1 and some events."""
    raw = {
        "reach": {}, "version": {}, "nodes": [], "pods": [], "claims": [item], "claim_events": list(events),
        "persistent_volumes": [{"metadata": {"name": "pv-1"}, "spec": volume, "status": {"phase": "Bound"}}],
    }  # fmt: skip
    return parse_cluster(raw, {}, inventory)


@pytest.mark.parametrize("volume", [NFS, {"csi": CSI}, {"csi": {"driver": "nfs.csi.k8s.io"}}])
@pytest.mark.parametrize("storage_class", ["", "nfs-client", "local-path"])
def test_on_nfs(inventory: Inventory, volume: dict[str, Any], storage_class: str) -> None:
    """A claim on an NFS volume is right, whichever class or provisioner made the volume."""
    assert cluster(inventory, claim(storage_class=storage_class), volume).claims_off_nfs(NAME) == ()


@pytest.mark.parametrize(
    ("differs", "volume"),
    [({"storage_class": "local-path"}, LOCAL), ({"phase": "Pending"}, NFS), ({"phase": "Lost"}, NFS), ({}, {"csi": {"driver": "x"}})],
)  # fmt: skip
def test_off_nfs(inventory: Inventory, differs: dict[str, Any], volume: dict[str, Any]) -> None:
    """A claim on another volume, or on none yet, is found."""
    assert len(cluster(inventory, claim(**differs), volume).claims_off_nfs(NAME)) == 1


@pytest.mark.parametrize("differs", [{"name": "data-postgres-0"}, {"namespace": "edgeproof-1a2b3c4d"}])
def test_not_judged(inventory: Inventory, differs: dict[str, Any]) -> None:
    """Claims of other names, and edgeproof's own, are nobody's business here."""
    assert cluster(inventory, claim(**differs), LOCAL).claims_off_nfs(NAME) == ()


def event(message: str, when: str, **about: str) -> dict[str, Any]:
    """Make an event of the claim, or of what `about` says otherwise."""
    involved = {"kind": "PersistentVolumeClaim", "namespace": "default", "name": NAME} | about
    return {"involvedObject": involved, "message": message, "lastTimestamp": when}


def test_pending_claim_shows_its_newest_event(inventory: Inventory) -> None:
    """What a claim waits for is said by its own newest event, in whatever order they are listed."""
    events = (
        event("waiting for a volume to be created by nfs-client", "2026-01-31T09:30:00Z"),
        event("first", "2026-01-31T09:00:00Z"),
        event("another claim's", "2026-01-31T10:00:00Z", namespace="other"),
    )
    (found,) = cluster(inventory, claim(phase="Pending"), NFS, *events).claims_off_nfs(NAME)
    assert found.said == "waiting for a volume to be created by nfs-client"
    assert repr(found).endswith(found.said)
