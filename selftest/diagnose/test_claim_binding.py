"""What a claim that is on no NFS volume is told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, cast

import pytest

from edgeproof.diagnose.claim_binding import explain_claim
from edgeproof.facts.cluster import ClusterFacts
from edgeproof.facts.cluster.objects import Volume, parse_volume

CLAIM = parse_volume(
    {
        "metadata": {"name": "nfs-images-pvc", "namespace": "default", "uid": "new"},
        "spec": {"storageClassName": "", "accessModes": ["ReadOnlyMany"], "volumeName": "pv-1"},
        "status": {"phase": "Pending"},
    }
)
VOLUME = parse_volume(
    {
        "metadata": {"name": "pv-1"},
        "spec": {"accessModes": ["ReadOnlyMany"], "nfs": {"server": "192.168.10.1", "path": "/nfs/images"}},
    }
)


@dataclass(frozen=True)
class Objects:
    """The claims and volumes of a cluster."""

    claims: tuple[Volume, ...]
    persistent_volumes: tuple[Volume, ...]


@pytest.mark.parametrize(
    ("claim", "volumes", "others", "row"),
    [
        ({}, (), (), "pvc-volume-absent"),
        ({"phase": "Lost"}, (), (), "pvc-volume-absent"),
        ({"storage_class": "local-path"}, (VOLUME,), (), "pvc-wrong-class"),
        ({}, (replace(VOLUME, holder=("a", "b", "1")),), (), "pvc-volume-held"),
        ({}, (replace(VOLUME, holder=("a", "b", "1")),), (replace(CLAIM, namespace="a", name="b", uid="1"),), "pvc-volume-of-another"),
        ({"phase": "Bound"}, (replace(VOLUME, nfs=""),), (), ""),
        ({}, (VOLUME,), (), ""),
    ],
)  # fmt: skip
def test_row(claim: dict[str, Any], volumes: tuple[Volume, ...], others: tuple[Volume, ...], row: str) -> None:
    """Each cause has its row; a claim on a used volume is told to leave that alone."""
    asked = replace(CLAIM, **claim)
    found = explain_claim(asked, cast(ClusterFacts, Objects((asked, *others), volumes)))
    assert found.id == row
    assert "patch" not in found.fix or row == "pvc-volume-held"


def test_the_clusters_own_words() -> None:
    """Where nothing shows, what the cluster last said of the claim is shown."""
    asked = replace(CLAIM, said="waiting for a volume to be created")
    assert explain_claim(asked, cast(ClusterFacts, Objects((asked,), (VOLUME,)))).cause.endswith(asked.said)
