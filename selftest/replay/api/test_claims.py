"""The claim on the images and the pods with it, against the fake API server."""

from __future__ import annotations

import pytest

from edgeproof.errors import WorkloadError
from edgeproof.facts.snippet import snippet
from edgeproof.trial.claim_pods import ClaimPods
from edgeproof.trial.manifests import TEST_POD, manifest
from edgeproof.trial.snippets import SNIPPETS
from selftest.replay.api.conftest import AGENTS, Start
from selftest.replay.api.trial_parts import NFS, Own, claimed


def test_claim_is_bound(start: Start, own: Own) -> None:
    """The claim is bound to its volume, and the pods with it run."""
    served = start(NFS)
    assert [pod.complaint for pod in claimed(served, own).values()] == ["", ""]
    assert served.api.undescribed == []


def test_listing_in_pod(start: Start, own: Own) -> None:
    """A pod with the claim sees the case's files; its line of /proc/mounts names the volume's server and path."""
    space = own(start(NFS))
    ClaimPods(space.inventory, space).start(AGENTS)
    asked = ["sh", "-c", f"{snippet(SNIPPETS, 'listing_in_pod')}\ngrep ' /mnt ' /proc/mounts"]
    text, status = space.api.execute(space.name, "nfs-test-pod-user-worker", asked)
    files, listing, mount = text.splitlines()
    assert (files, listing, status) == ("12", "cafe", 0)
    assert mount.startswith("127.0.0.1:/nfs/images /mnt nfs4 ro,relatime,vers=4.2,")


@pytest.mark.parametrize(
    ("kind", "phase"),
    [("PersistentVolumeClaim", "Pending"), ("PersistentVolume", "Pending"), ("PersistentVolumeClaim", "Lost")],
)
def test_claim_is_not_bound(start: Start, own: Own, kind: str, phase: str) -> None:
    """One that a script keeps from being bound is not."""
    served = start(f"scripts: [{{kind: {kind}, phase: {phase}}}]")
    with pytest.raises(WorkloadError, match=f"is {phase}, not"):
        claimed(served, own)


def test_claim_is_bound_at_the_third_look(start: Start, own: Own) -> None:
    """A claim that takes its time is waited for."""
    served = start(NFS + "\nscripts: [{kind: PersistentVolumeClaim, phase: [Pending, Pending, Bound]}]")
    assert [pod.complaint for pod in claimed(served, own).values()] == ["", ""]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"accessModes": ["ReadWriteMany"]}, "incompatible accessMode"),
        ({"resources": {"requests": {"storage": "6Gi"}}}, "requested PV is too small"),
        ({"storageClassName": "local-path"}, "storageClassName does not match"),
    ],
)
def test_claim_that_does_not_fit(start: Start, own: Own, change: dict[str, object], words: str) -> None:
    """A claim that does not fit its volume stays Pending, in the binder's words; a pod with it is not scheduled."""
    space = own(start())
    volume, claim = manifest("20-nfs-images-pv.yaml"), manifest("21-nfs-images-pvc.yaml")
    claim["spec"] |= change
    for item in (volume, claim, manifest(TEST_POD)):
        space.create(item)
    assert space.warnings("nfs-images-pvc") == [
        f'VolumeMismatch: Cannot bind to requested volume "nfs-images-pv": {words}'
    ]
    assert "pod has unbound immediate PersistentVolumeClaims" in space.warnings("nfs-test-pod")[0]
