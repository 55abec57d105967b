"""What the kubeconfig's user must be allowed for what a run makes: asked before anything is made, so that nothing is left half made.

manifests/rbac.yaml grants all of it.
"""

from __future__ import annotations

from edgeproof.connect.right import Right

OWN_NAMESPACE = (
    *(Right(verb, "namespaces") for verb in ("create", "list", "delete")),
    *(Right("list", kind) for kind in ("persistentvolumes", "serviceaccounts", "pods", "events")),
    *(Right("deletecollection", kind) for kind in ("pods", "persistentvolumeclaims")),
    Right("deletecollection", "daemonsets", "apps"),
    Right("deletecollection", "jobs", "batch"),
)
"""To make the namespace of a run, to say what becomes of its pods, and to remove all of it."""

CLAIM = (
    *(Right(verb, "persistentvolumes") for verb in ("create", "get", "delete")),
    *(Right(verb, "persistentvolumeclaims") for verb in ("create", "get", "patch")),
)
"""To make the volume over the export and the claim on it, and to wait for them."""

VERIFY_PODS = (Right("create", "daemonsets", "apps"),)
CLAIM_PODS = (Right("create", "pods"),)
JOBS = (Right("create", "jobs", "batch"), Right("get", "pods/log"))
"""To run the workloads, and to read what their pods printed."""
