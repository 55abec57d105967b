"""What the tests of tests_cluster's own objects share: a namespace, the pods, the claim."""

from __future__ import annotations

from collections.abc import Callable

from edgeproof.trial.claim_pods import ClaimPod, ClaimPods
from edgeproof.trial.manifests import TEST_POD, Manifest, manifest
from edgeproof.trial.namespace import OwnNamespace
from edgeproof.trial.verify_pods import VerifyPod, VerifyPods
from selftest.replay.api.conftest import AGENTS, Served

ALL = ["user-desktop", *AGENTS]
NFS = "nfs: {files: 12, listing_sha256: cafe}"

Own = Callable[[Served], OwnNamespace]


def verified(served: Served, own: Own) -> dict[str, VerifyPod]:
    """Give what gpu-cluster-verify finds."""
    found = VerifyPods(served.inventory, own(served)).start(ALL, {})
    assert served.api.undescribed == []
    return found


def claimed(served: Served, own: Own) -> dict[str, ClaimPod]:
    """Give what the test pods with the claim find."""
    return ClaimPods(served.inventory, own(served)).start(AGENTS)


def pod_without_claim(name: str = "nfs-test-pod") -> Manifest:
    """Give the test pod without its volume."""
    item = manifest(TEST_POD)
    item["metadata"]["name"], item["spec"]["volumes"] = name, []
    return item
