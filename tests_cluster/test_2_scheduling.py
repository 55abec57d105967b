"""Where pods may go: taint, labels, an idle master, no agent that is cordoned, no GPU that nobody advertises, room for workers."""

from edgeproof.facts.cluster import ClusterFacts
from edgeproof.facts.node import NodeFacts


def test_taint(server: NodeFacts, cluster: ClusterFacts) -> None:
    """The server is tainted, so that workloads stay off it."""
    assert cluster.keeping_free(server.name) != ()


def test_master_idle(server: NodeFacts, cluster: ClusterFacts) -> None:
    """No workload pod is on the server that does not tolerate its taint."""
    assert cluster.intruders(server.name) == ()


def test_worker_label(node: NodeFacts, cluster: ClusterFacts) -> None:
    """Agents have the label that draws workloads, the server has not."""
    assert cluster.has_label(node.name) is node.declared.takes_work


def test_schedulable(agent: NodeFacts, cluster: ClusterFacts) -> None:
    """Nobody has cordoned the agent."""
    assert cluster.member(agent.name).cordoned is False


def test_gpu_request(cluster: ClusterFacts) -> None:
    """No pod waits for GPUs that no node advertises."""
    assert cluster.waiting_for_gpus == ()


def test_gpu_advertised(node: NodeFacts, cluster: ClusterFacts) -> None:
    """Where pods get the GPU as a resource, the node advertises one."""
    assert cluster.gpus_advertised(node.name) >= 1


def test_placement(agent: NodeFacts, worker_room: dict[str, tuple[str, ...]]) -> None:
    """The agent has room for one pod of each workload beside what runs there."""
    assert worker_room[agent.name] == ()
