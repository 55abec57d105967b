"""Advice on tests_cluster's layer 4: test_4_pod_gpu."""

from __future__ import annotations

from edgeproof.diagnose.advice import Advice, advises, catalogue
from edgeproof.facts.cluster import ClusterFacts
from edgeproof.facts.node import NodeFacts
from edgeproof.inventory import Inventory
from edgeproof.trial.verify_pods import VerifyPod


@advises("daemon_set")
def daemon_set(node: NodeFacts, inventory: Inventory, verify_pods: dict[str, VerifyPod]) -> Advice:
    """The pod's own words, and the image."""
    said = verify_pods[node.name].complaint
    if "exec format" in said:
        return catalogue("wrong-arch-image")
    if "toomanyrequests" in said:
        return catalogue("pull-limit")
    image = inventory.images.gpu_verify
    return Advice(
        "the pod does not run", f"docker pull {image}   # on {node.name}; then: kubectl describe pod -l app=gpu-test"
    )


@advises("gpu_in_pod")
def gpu_in_pod(node: NodeFacts, cluster: ClusterFacts) -> Advice:
    """The first broken link from daemon.json to the pod."""
    if cluster.member(node.name).runtime.startswith("containerd"):
        return catalogue("runtime-bypassed")
    if node.docker.default_runtime != "nvidia":
        return Advice(
            "Docker's default runtime is not nvidia (see daemon_json and daemon_agrees in tests_node)",
            "python -m edgeproof node -k daemon",
        )
    if not node.l4t_mount_lists:
        return catalogue("l4t-csv-missing")
    return catalogue("l4t-image-mismatch")
