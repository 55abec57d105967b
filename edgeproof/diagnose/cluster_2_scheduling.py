"""Advice on tests_cluster's layer 2: test_2_scheduling."""

from __future__ import annotations

from edgeproof.diagnose.advice import Advice, advises, catalogue
from edgeproof.facts.cluster import ClusterFacts
from edgeproof.facts.node import NodeFacts
from edgeproof.inventory import Inventory


@advises("taint")
def taint(inventory: Inventory) -> Advice:
    """Without it the master throttled."""
    return catalogue("master-hot", server=inventory.server.name)


@advises("master_idle")
def master_idle(server: NodeFacts, cluster: ClusterFacts) -> Advice:
    """Each pod by name."""
    pods = [pod for pod in cluster.workload_pods if pod.node == server.name]
    found = catalogue("master-hot", server=server.name)
    fix = "\n".join(f"kubectl -n {pod.namespace} delete pod {pod.name}" for pod in pods)
    return Advice(
        "workload pods run on the server, beside the control plane: it will throttle", fix, found.id, found.source
    )


@advises("worker_label")
def worker_label(node: NodeFacts) -> Advice:
    """Jobs choose their nodes by it."""
    if node.declared.role == "agent":
        return Advice(
            "no workload pod will be scheduled here: they select node-type=worker",
            f"kubectl label node {node.name} node-type=worker",
        )
    return Advice(
        "workload pods select node-type=worker, and the server has it", f"kubectl label node {node.name} node-type-"
    )


@advises("gpu_request")
def gpu_request() -> Advice:
    """A Nano advertises none."""
    return catalogue("gpu-not-advertised")
