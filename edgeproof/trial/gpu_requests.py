"""What the manifests ask the scheduler for."""

from __future__ import annotations

from edgeproof.trial.manifests import FOLDER, manifest, pod_spec

GPU = "nvidia.com/gpu"


def gpu_requests() -> tuple[str, ...]:
    """Name the manifests that ask for a GPU as a resource."""
    found = []
    for file in sorted(FOLDER.glob("*.yaml")):
        item = manifest(file.name)
        if item["kind"] in ("Pod", "DaemonSet", "Job") and any(
            GPU in {**resources.get("limits", {}), **resources.get("requests", {})}
            for resources in (container.get("resources", {}) for container in pod_spec(item)["containers"])
        ):
            found.append(file.name)
    return tuple(found)
