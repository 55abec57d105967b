"""Why a claim is not bound to the volume it is meant for: by what the two objects say, since an event is gone after an hour."""

from __future__ import annotations

from edgeproof.diagnose.advice import Advice, catalogue
from edgeproof.facts.cluster import ClusterFacts
from edgeproof.facts.cluster.claims import Misfit, misfit
from edgeproof.facts.cluster.objects import Volume
from edgeproof.facts.cluster.quantities import shown

LOCAL_PATH = "local-path"
"""The default class of K3s (docs.k3s.io/storage)."""

ROWS = {
    "absent": "pvc-volume-absent",
    "held": "pvc-volume-held",
    "size": "pvc-larger-than-volume",
    "class": "pvc-class-differs",
    "mode": "pvc-mode-differs",
}
"""The row of the catalogue for each kind of misfit."""


def explain_claim(claim: Volume, cluster: ClusterFacts) -> Advice:
    """Tell the cause: the default class, what does not fit, or the cluster's own words."""
    found = misfit(claim, cluster.persistent_volumes)
    seen = f"the claim {claim.namespace}/{claim.name} (class {claim.storage_class!r})"
    is_bound = claim.phase == "Bound" and (found is None or found.kind not in ("absent", "held"))
    if claim.storage_class == LOCAL_PATH and (is_bound or found is None or found.kind in ("absent", "class")):
        return catalogue("pvc-wrong-class", namespace=claim.namespace)
    if is_bound:
        return _look(claim, f"{seen} is bound to {claim.volume}, which is no NFS volume")
    if found is None:
        return _look(claim, f"{seen} is {claim.phase}: {claim.said or 'no event says why'}")
    return _row(found, claim, cluster).after(f"{seen} is {claim.phase}: {found.said}")


def _row(found: Misfit, claim: Volume, cluster: ClusterFacts) -> Advice:
    volume = found.volume
    if found.kind == "held" and volume is not None and _is_used(volume, cluster):
        return catalogue("pvc-volume-of-another", namespace=claim.namespace, claim=claim.name)
    return catalogue(
        ROWS[found.kind], namespace=claim.namespace, claim=claim.name,
        volume=volume.name if volume else claim.volume or "nfs-images-pv",
        size=shown("storage", claim.size) if claim.size is not None else "SIZE",
        modes=", ".join(f'"{mode}"' for mode in sorted(claim.modes | (volume.modes if volume else frozenset()))),
    )  # fmt: skip


def _is_used(volume: Volume, cluster: ClusterFacts) -> bool:
    """Tell whether the claim that a volume is kept for is there."""
    return any(
        (each.namespace, each.name) == volume.holder[:2] and each.uid in ("", volume.holder[2])
        for each in cluster.claims
    )


def _look(claim: Volume, cause: str) -> Advice:
    fix = f"kubectl -n {claim.namespace} describe pvc {claim.name}; kubectl get pv,storageclass"
    return Advice(cause, fix, does="reads")
