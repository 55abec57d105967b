"""Advice on tests_workload's layer 2: test_2_nfs."""

from __future__ import annotations

from collections import Counter

from edgeproof.diagnose.advice import Advice, advises, catalogue
from edgeproof.diagnose.board_after import with_board
from edgeproof.diagnose.known_lines import meaning_of
from edgeproof.diagnose.pod_end import pod_end, stale_on
from edgeproof.errors import ServerLost
from edgeproof.facts.node import NodeFacts
from edgeproof.inventory import Inventory
from edgeproof.measure.shards import JobRun, Shard
from edgeproof.workload.runs import ON_ALL, ON_ONE, Workloads

ALIKE = ("device", "torch", "weights", "precision", "decoder")
"""What two shards must have alike to predict alike, of what their records tell."""

MOST_NAMED = 3
"""Of many images, the first ones are named."""


@advises("on_one")
def on_one(workloads: Workloads, nodes: dict[str, NodeFacts], inventory: Inventory) -> Advice:
    """The job's own words say it."""
    return _nfs_run(workloads, nodes, inventory, ON_ONE)


@advises("on_all")
def on_all(workloads: Workloads, nodes: dict[str, NodeFacts], inventory: Inventory) -> Advice:
    """The job's own words say it."""
    return _nfs_run(workloads, nodes, inventory, ON_ALL)


def _nfs_run(workloads: Workloads, nodes: dict[str, NodeFacts], inventory: Inventory, name: str) -> Advice:
    failure = workloads.failures().get(name)
    if isinstance(failure, ServerLost):
        return catalogue("nfs-server-lost", server=inventory.nfs_server).after(str(failure))
    said, look = workloads.said(name), "python -m edgeproof cluster -k listing"
    if said:
        node = workloads.failures()[name].node
        found = pod_end(said, look, "Workload II did not do its work")
        return with_board(stale_on(node) if found.id == "nfs-stale" else found, nodes.get(node), workloads.after(node))
    run = workloads.on_one() if name == ON_ONE else workloads.on_all()
    return Advice(
        f"Workload II did not try every image exactly once: does every agent see the same list, each name once? {_lists(run, workloads.on_one())}",
        f"{look}   # again, when nothing is being copied; an NFS client may show an old list for a minute (nfs(5): acdirmax)",
        does="reads",
    )


def _lists(run: JobRun, single: JobRun) -> str:
    """Say how many images each agent lists, and which were tried twice, or only by the single agent."""
    tried = Counter(run.tried)
    told = {
        "listed": [f"{shard.record.available} on {shard.node}" for shard in run.shards],
        "different images tried": [str(len(tried))],
        "tried twice": sorted(name for name, times in tried.items() if times > 1),
        "not tried": sorted(set(single.tried) - set(tried)),
    }
    return "; ".join(f"{what}: {', '.join(names[:MOST_NAMED])}" for what, names in told.items() if names)


@advises("predictions")
def predictions(workloads: Workloads) -> Advice:
    """Which images, on which agents, and what these agents' shards have that the other run's has not."""
    single, cluster = workloads.on_one(), workloads.on_all()
    names = cluster.disagreeing(single)
    shards = [shard for shard in cluster.shards if set(names) & set(shard.top1)]
    told = "; ".join(_otherwise(shard, single.shards[0], names) for shard in shards)
    return catalogue("predictions-differ").after(f"the agents do not agree on what they see: {told}")


def _otherwise(shard: Shard, single: Shard, names: list[str]) -> str:
    """Say which images a shard sees otherwise than the single agent's, and what it ran on that the other did not."""
    seen = [f"{name} is {shard.top1[name]}, not {single.top1[name]}" for name in names if name in shard.top1]
    pairs = {key: (getattr(shard.record, key), getattr(single.record, key)) for key in ALIKE}
    other = [f"its {key} is {own}, not {others}" for key, (own, others) in pairs.items() if own != others]
    more = f", and {len(seen) - MOST_NAMED} more" if len(seen) > MOST_NAMED else ""
    return f"on {shard.node}, against {single.node}: {', '.join([*seen[:MOST_NAMED], *other])}{more}"


@advises("corrupt")
def corrupt(workloads: Workloads) -> Advice:
    """Readable on one agent and not on another; or damaged for all."""
    single, cluster = _reasons(workloads.on_one()), _reasons(workloads.on_all())
    odd = {name: why for name, why in {**single, **cluster}.items() if (name in single) is not (name in cluster)}
    if not odd:
        return _damaged(cluster, workloads.known_corrupt())
    said = f"images that one run could read, the other could not: {_named(odd)}"
    stale = next((shard.node for shard, why in odd.values() if meaning_of("container", why) == "nfs-stale"), "")
    if stale:
        return stale_on(stale).after(said)
    return Advice(
        f"{said}; the NFS server, its disk or the way to it failed meanwhile, or the file was being written",
        "python -m edgeproof cluster -k listing; sudo dmesg -T | grep -i -e nfs -e 'I/O error' | tail   # the latter on that agent and on the NFS server",
        does="reads",
    )


def _damaged(failed: dict[str, tuple[Shard, str]], known: list[str]) -> Advice:
    """Both runs stumble over the same images, and the note that was written with the images names others."""
    more = {name: why for name, why in failed.items() if name not in known}
    sound = [name for name in known if name not in failed]
    told = [f"not known to be corrupt, and no agent can read them: {_named(more)}"] if more else []
    told += [f"noted as corrupt, and read all the same: {', '.join(sound[:MOST_NAMED])}"] if sound else []
    return Advice(
        f"the images are no longer those that edgeproof made: {'; '.join(told)}; damaged as they were copied, or by the disk, or replaced",
        f"python -m edgeproof node -k disk_health; sha256sum {min([*more, *sound])}   # where they come from, and on the NFS server; then copy them again",
        does="reads",
    )


def _reasons(run: JobRun) -> dict[str, tuple[Shard, str]]:
    return {failure.name: (shard, failure.reason) for shard in run.shards for failure in shard.record.failures}


def _named(failed: dict[str, tuple[Shard, str]]) -> str:
    first = [f"{name} on {shard.node}: {why}" for name, (shard, why) in failed.items()][:MOST_NAMED]
    return "; ".join(first) or "none failed"


@advises("warm_up")
def warm_up(agent: NodeFacts, workloads: Workloads) -> Advice:
    """The worker's order of things; or no shard, whose place another node took."""
    taker = workloads.taken(ON_ALL).get(agent.name)
    if taker:
        return Advice(
            f"{taker} did the shard of {agent.name}, which took no pod when the job began: cordoned meanwhile, or short of something",
            f"kubectl describe node {workloads.cluster.member(agent.name).name}",
            does="reads",
        )
    return catalogue("warm-up-too-late").after("the worker read images before its warm-up was over")
