"""Pods reach pods on other nodes, the API, and the cluster's DNS; NetworkPolicies hold."""

import pytest

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


@pytest.mark.usefixtures("dns_address")
def test_cluster_dns(node: NodeFacts, verify_pods: dict[str, VerifyPod]) -> None:
    """A pod on this node finds the API's name by the cluster's DNS."""
    assert verify_pods[node.name].dns_said == ""


def test_policy(node: NodeFacts, network_policies: tuple[str, ...]) -> None:
    """K3s enforces the cluster's NetworkPolicies on this node."""
    assert node.network_policy.unenforced(network_policies) == ()
