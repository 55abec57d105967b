"""Advice on tests_workload's layer 1: test_1_synthetic."""

from __future__ import annotations

from edgeproof.diagnose.advice import Advice, advises, catalogue
from edgeproof.diagnose.board_after import with_board
from edgeproof.diagnose.pod_end import pod_end
from edgeproof.facts.cluster import ClusterFacts
from edgeproof.facts.node import NodeFacts
from edgeproof.inventory import Inventory
from edgeproof.workload.runs import SYNTHETIC, Workloads


@advises("image_on_every_agent")
def image_on_every_agent() -> Advice:
    """The error says which step failed."""
    return Advice("the worker image could not be built, sent or loaded", "python -m edgeproof image", does="changes")


@advises("synthetic")
def synthetic(workloads: Workloads, nodes: dict[str, NodeFacts]) -> Advice:
    """The job's own words say it."""
    said = workloads.said(SYNTHETIC)
    look = "python -m edgeproof workload -k synthetic --run-record=run.json"
    if said:
        node = workloads.failures()[SYNTHETIC].node
        return with_board(pod_end(said, look, "Workload I did not do its work"), nodes.get(node), workloads.after(node))
    return Advice("Workload I did not classify all its images", look, does="reads")


@advises("spread")
def spread() -> Advice:
    """A missing label, or a cordoned node."""
    return Advice(
        "the agent took no shard, or two: is it labelled, and schedulable?",
        "python -m edgeproof cluster -k 'worker_label or schedulable'",
        does="reads",
    )


@advises("server_free")
def server_free(server: NodeFacts, cluster: ClusterFacts, inventory: Inventory) -> Advice:
    """The label on the server, and a taint that the agents have, too, so that the shards tolerate it."""
    name = cluster.member(server.name).name
    if inventory.scheduling.label in cluster.member(server.name).labels:
        key = inventory.scheduling.label.partition("=")[0]
        return Advice(
            f"shards run on the server, which has the label {inventory.scheduling.label}",
            f"kubectl label node {name} {key}-",
            does="changes",
        )
    return catalogue("master-hot", server=name, taint=inventory.scheduling.taint)


@advises("gpu_in_shard")
def gpu_in_shard(agent: NodeFacts, cluster: ClusterFacts) -> Advice:
    """The runtime chain, in the cluster's own way."""
    way, runtime = cluster.gpu_way, cluster.member(agent.name).runtime
    row = "runtime-bypassed" if runtime != "docker" and not way.is_asked_for else ""
    return Advice(
        f"no GPU device came into the shard's container (way to the GPU: {way}, on {runtime})",
        "python -m edgeproof node -k 'daemon or l4t_mount_lists or device'; python -m edgeproof cluster -k gpu",
        row,
        does="reads",
    )


@advises("device")
def device() -> Advice:
    """The devices are there, and torch does not compute on them: the image's CUDA and the board's driver do not match."""
    return catalogue("image-for-another-l4t")
