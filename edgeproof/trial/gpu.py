"""How edgeproof's pods ask for the GPU: patched into a manifest as data, in the cluster's own way."""

from __future__ import annotations

from edgeproof.facts.cluster.gpu_way import Way
from edgeproof.facts.cluster.members import GPU
from edgeproof.trial.manifests import Manifest, pod_spec, set_environment

ALL_BY_CDI = f"{GPU}=all"
CDI_ANNOTATION = "cdi.k8s.io/edgeproof"


def ask_for_gpu(item: Manifest, way: Way) -> None:
    """Let the pods of a Pod, DaemonSet or Job ask for the GPU in this way; nothing is asked for where it is the default runtime's.

    CDI is asked for twice: CRI-O and a containerd that hands annotations on read the annotation, NVIDIA's runtime the
    variable (nvidia-container-toolkit: NVIDIA_VISIBLE_DEVICES takes names of CDI devices).
    """
    if way.runtime_class:
        pod_spec(item)["runtimeClassName"] = way.runtime_class
    if way.name == "device-plugin":
        resources = pod_spec(item)["containers"][0].setdefault("resources", {})
        resources.setdefault("limits", {})[GPU] = 1
    if way.name == "cdi":
        metadata = item["metadata"] if item["kind"] == "Pod" else item["spec"]["template"]["metadata"]
        metadata.setdefault("annotations", {})[CDI_ANNOTATION] = ALL_BY_CDI
        set_environment(item, NVIDIA_VISIBLE_DEVICES=ALL_BY_CDI)
