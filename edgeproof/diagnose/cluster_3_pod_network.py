"""Advice on tests_cluster's layer 3: test_3_pod_network."""

from __future__ import annotations

from edgeproof.diagnose.advice import Advice, advises, catalogue
from edgeproof.facts.node import NodeFacts
from edgeproof.trial.verify_pods import VerifyPod


@advises("pod_reaches_pods")
def pod_reaches_pods(node: NodeFacts, verify_pods: dict[str, VerifyPod]) -> Advice:
    """Flannel on the wrong interface, or UDP 8472 blocked."""
    found = catalogue("vxlan-checksum")
    cause = f"pods on {node.name} do not reach pods on {', '.join(verify_pods[node.name].unreached)}: {found.cause}"
    return Advice(cause, found.fix, found.id, found.source)


@advises("api_service")
def api_service() -> Advice:
    """kube-proxy's rules, or br_netfilter."""
    return catalogue("br-netfilter")
