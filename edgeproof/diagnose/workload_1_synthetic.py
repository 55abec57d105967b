"""Advice on tests_workload's layer 1: test_1_synthetic."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from edgeproof.diagnose.advice import Advice, advises, catalogue
from edgeproof.diagnose.board_after import with_board
from edgeproof.diagnose.pod_end import pod_end
from edgeproof.facts.cluster import ClusterFacts
from edgeproof.facts.node import NodeFacts
from edgeproof.inventory import Inventory
from edgeproof.workload.runs import SYNTHETIC, Workloads


@advises("image_on_every_agent", "the error of the step that failed: building, sending or loading")
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
    failed = Counter(
        (shard.node, each.reason) for shard in workloads.synthetic().shards for each in shard.record.failures
    )
    if not failed:
        return Advice("Workload I did not classify all its images", look, does="reads")
    ((node, reason), times) = failed.most_common(1)[0]
    found = pod_end(reason, look, "images could not be classified")
    return found.after(f"on {node} {times} of {failed.total()} images that failed said {reason}")


@advises("spread")
def spread(agent: NodeFacts, workloads: Workloads, cluster: ClusterFacts, inventory: Inventory) -> Advice:
    """Another node did its shard: one that nobody declared, or another agent, since this one took no pod any more."""
    taker, label = workloads.taken(SYNTHETIC).get(agent.name, ""), inventory.scheduling.label
    known, key = inventory.nodes.get(taker), label.partition("=")[0]
    if taker and known is None:
        stray = catalogue("node-not-declared").after(
            f"{taker}, which cluster.yaml does not name, did the shard of {agent.name}: it has the label {label}, by which pods choose their nodes"
        )
        fix = f"kubectl cordon {taker}   # or: kubectl label node {taker} {key}-; if it is to work here: add it to nodes in cluster.yaml"
        return replace(stray, fix=fix, does="changes")
    own = cluster.member(agent.name).name
    if known is not None and not known.takes_work:
        return server_label(cluster.member(taker).name, label)
    return Advice(
        f"{taker or 'no other node'} did the shard of {agent.name}, which had the label {label} and was not cordoned when this run began",
        f"kubectl get node {own} -L {key}; kubectl describe node {own}   # cordoned, or without the label, since then",
        does="reads",
    )


@advises("server_free")
def server_free(server: NodeFacts, cluster: ClusterFacts, inventory: Inventory) -> Advice:
    """The label on the server, and a taint that the agents have, too, so that the shards tolerate it."""
    name = cluster.member(server.name).name
    if inventory.scheduling.label in cluster.member(server.name).labels:
        return server_label(name, inventory.scheduling.label)
    return catalogue("master-hot", server=name, taint=inventory.scheduling.taint)


def server_label(name: str, label: str) -> Advice:
    """Tell of the label on a server."""
    return catalogue("worker-label-on-server", node=name, key=label.partition("=")[0]).after(
        f"a shard ran on the server {name}, which has the label {label}"
    )


@advises("gpu_in_shard")
def gpu_in_shard(agent: NodeFacts, cluster: ClusterFacts, inventory: Inventory) -> Advice:
    """The runtime chain, in the cluster's own way; or an image that does not ask NVIDIA's runtime for devices."""
    way, runtime = cluster.gpu_way, cluster.member(agent.name).runtime
    said = f"no GPU device came into the shard's container (way to the GPU: {way}, on {runtime})"
    look = "python -m edgeproof node -k 'daemon or l4t_mount_lists or device'; python -m edgeproof cluster -k gpu"
    if runtime != "docker" and not way.is_asked_for:
        return Advice(said, look, "runtime-bypassed", does="reads")
    image = inventory.images.worker
    env = f"sudo docker image inspect {image}" if runtime == "docker" else f"sudo k3s crictl inspecti {image}"
    return Advice(
        f"{said}; if the runtime is in order, the image does not ask it for any: NVIDIA_VISIBLE_DEVICES is unset in it, or void",
        f"{env} | grep NVIDIA_VISIBLE_DEVICES   # on {agent.name}: all; NVIDIA's own base images set it; {look}",
        source="docker-jellyfin#152",
        does="reads",
    )


@advises("device")
def device() -> Advice:
    """The devices are there, and torch does not compute on them: the image's CUDA and the board's driver do not match."""
    return catalogue("image-for-another-l4t")
