"""Pods reach pods on other nodes, and the API."""

from edgeproof.facts.node import NodeFacts
from edgeproof.trial.verify_pods import VerifyPod


def test_exec_in_pod(node: NodeFacts, verify_pods: dict[str, VerifyPod]) -> None:
    """A command can be run in the pod on this node: the API server reaches its kubelet."""
    assert verify_pods[node.name].refused == ""


def test_pod_reaches_pods(node: NodeFacts, verify_pods: dict[str, VerifyPod]) -> None:
    """A pod on this node reaches the pod on every other node."""
    assert verify_pods[node.name].unreached == ()


def test_api_service(node: NodeFacts, verify_pods: dict[str, VerifyPod]) -> None:
    """The API's service address answers from a pod on this node."""
    assert verify_pods[node.name].api_answers is True
