"""Where pods may go: taint, labels, an idle master, no GPU that nobody advertises."""

from edgeproof.facts.cluster import ClusterFacts
from edgeproof.facts.node import NodeFacts
from edgeproof.trial.gpu_requests import gpu_requests

TAINT = "node-role.kubernetes.io/master=true:NoSchedule"
LABEL = "node-type=worker"


def test_taint(server: NodeFacts, cluster: ClusterFacts) -> None:
    """The server is tainted, so that workloads stay off it."""
    assert TAINT in cluster.member(server.name).taints


def test_master_idle(server: NodeFacts, cluster: ClusterFacts) -> None:
    """No workload pod is on the server."""
    assert [pod for pod in cluster.workload_pods if pod.node == server.name] == []


def test_worker_label(node: NodeFacts, cluster: ClusterFacts) -> None:
    """Agents are labelled as workers, the server is not."""
    assert (LABEL in cluster.member(node.name).labels) is (node.declared.role == "agent")


def test_gpu_request(node: NodeFacts, cluster: ClusterFacts) -> None:
    """No manifest asks for a GPU that the node does not advertise."""
    assert gpu_requests() == () or cluster.member(node.name).gpus != "0"
