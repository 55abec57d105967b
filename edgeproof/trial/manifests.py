"""The manifests, read as data and patched as data; on disk they stay what `kubectl apply -f` takes."""

from __future__ import annotations

from typing import Any

from edgeproof.files import carried, own_yaml

FOLDER = carried("manifests")

GPU_VERIFY = "10-gpu-cluster-verify.yaml"
VOLUME = "20-nfs-images-pv.yaml"
CLAIM = "21-nfs-images-pvc.yaml"
TEST_POD = "22-nfs-test-pod.yaml"
SYNTHETIC_JOB = "30-inference-parallel.yaml"
NFS_JOB = "31-inference-nfs.yaml"

Manifest = dict[str, Any]


def manifest(name: str) -> Manifest:
    """Read one manifest anew."""
    found: Manifest = own_yaml((FOLDER / name).read_text(encoding="utf-8"))
    return found


def pod_spec(item: Manifest) -> dict[str, Any]:
    """Give the pod spec inside a Pod, DaemonSet or Job."""
    spec: dict[str, Any] = item["spec"]
    return spec if item["kind"] == "Pod" else spec["template"]["spec"]


def set_environment(item: Manifest, **values: str) -> None:
    """Set environment variables of the first container; those there already are replaced."""
    container = pod_spec(item)["containers"][0]
    kept = [entry for entry in container.get("env", []) if entry["name"] not in values]
    container["env"] = kept + [{"name": name, "value": value} for name, value in values.items()]
