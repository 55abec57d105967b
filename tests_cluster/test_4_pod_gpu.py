"""The declared way to the GPU is there, and a pod on every node sees one."""

from edgeproof.facts.node import NodeFacts
from edgeproof.trial.verify_pods import VerifyPod


def test_way(way_lacks: tuple[str, ...]) -> None:
    """The cluster has the way to the GPU that cluster.yaml declares."""
    assert way_lacks == ()


def test_daemon_set(node: NodeFacts, verify_pods: dict[str, VerifyPod]) -> None:
    """The pod of gpu-cluster-verify runs on this node."""
    assert verify_pods[node.name].complaint == ""


def test_gpu_in_pod(node: NodeFacts, verify_pods: dict[str, VerifyPod]) -> None:
    """In the pod, the framework sees at least one GPU."""
    assert verify_pods[node.name].gpus_seen >= 1
