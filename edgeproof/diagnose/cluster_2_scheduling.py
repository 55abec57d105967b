"""Advice on tests_cluster's layer 2: test_2_scheduling."""

from __future__ import annotations

from dataclasses import replace

from edgeproof.diagnose.advice import Advice, advises, catalogue
from edgeproof.facts.cluster import ClusterFacts
from edgeproof.facts.cluster.pods import PodOnNode
from edgeproof.facts.node import NodeFacts
from edgeproof.inventory import Inventory

CLOUD = "node.cloudprovider.kubernetes.io/uninitialized"
"""Taint of a node whose kubelet waits for an external cloud controller."""

RESTARTED = {"Deployment": "deployment", "StatefulSet": "statefulset"}
"""Owners whose pods `kubectl rollout restart` makes anew, where the scheduler lets them."""


@advises("taint")
def taint(server: NodeFacts, cluster: ClusterFacts, inventory: Inventory) -> Advice:
    """Without it the master throttled."""
    wanted = inventory.scheduling.taint
    found = catalogue("master-hot", server=cluster.member(server.name).name, taint=wanted)
    return replace(found, does="restarts") if wanted.endswith(":NoExecute") else found


@advises("master_idle")
def master_idle(server: NodeFacts, cluster: ClusterFacts) -> Advice:
    """A taint of NoSchedule leaves pods that were there before; what made them makes them anew elsewhere."""
    fixes = dict.fromkeys(_moved(pod) for pod in cluster.intruders(server.name))
    found = catalogue("master-hot")
    kept = ", ".join(cluster.keeping_free(server.name))
    return Advice(
        f"workload pods run on the server, beside the control plane: it will throttle; {kept} keeps off only those that come later",
        "\n".join(fixes),
        found.id,
        found.source,
        does="restarts",
    )


def _moved(pod: PodOnNode) -> str:
    kind = RESTARTED.get(pod.owner.kind)
    if kind:
        return f"kubectl -n {pod.namespace} rollout restart {kind}/{pod.owner.name}"
    if pod.owner.kind:
        return f"# {pod!r} is of the {pod.owner.kind} {pod.owner.name}: let it finish, or restart that"
    return f"# {pod!r} has no controller that would recreate it: create it on an agent before it is deleted here"


@advises("worker_label")
def worker_label(node: NodeFacts, cluster: ClusterFacts, inventory: Inventory) -> Advice:
    """Jobs choose their nodes by it."""
    label, name = inventory.scheduling.label, cluster.member(node.name).name
    key = label.partition("=")[0]
    if node.declared.takes_work:
        return catalogue("worker-label-missing", node=name, label=label).after(f"{name} lacks {label}")
    return catalogue("worker-label-on-server", node=name, key=key).after(f"the server has {label}")


@advises("schedulable")
def schedulable(agent: NodeFacts, cluster: ClusterFacts) -> Advice:
    """Somebody said `kubectl cordon`, or `drain`, and has not taken it back."""
    return catalogue("cordoned", node=cluster.member(agent.name).name).after(
        f"{agent.name} is cordoned (SchedulingDisabled)"
    )


@advises("gpu_request")
def gpu_request(cluster: ClusterFacts) -> Advice:
    """A Nano advertises none."""
    found = catalogue("gpu-not-advertised")
    waiting = ", ".join(f"{pod!r} ({pod.why})" for pod in cluster.waiting_for_gpus)
    return replace(found, cause=f"{found.cause}: {waiting}")


@advises("gpu_advertised")
def gpu_advertised(node: NodeFacts, cluster: ClusterFacts) -> Advice:
    """The device plugin does not run there, or does not know the machine."""
    return catalogue("device-plugin-finds-no-gpu").after(
        f"pods are to get the GPU by {cluster.gpu_way}, and {node.name} advertises no nvidia.com/gpu"
    )


@advises("placement")
def placement(agent: NodeFacts, worker_room: dict[str, tuple[str, ...]]) -> Advice:
    """A taint that nothing takes away, a label that a RuntimeClass selects, or resources that other pods hold."""
    lacks = worker_room[agent.name]
    said = "; ".join(lacks)
    if any(CLOUD in lack for lack in lacks):
        return catalogue("cloud-controller-missing", node=agent.declared.member_name).after(said)
    return catalogue("no-room-for-worker", node=agent.declared.member_name).after(said)
