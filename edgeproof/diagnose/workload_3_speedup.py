"""Advice on tests_workload's layer 3: test_3_speedup."""

from __future__ import annotations

from edgeproof.diagnose.advice import Advice, advises, catalogue
from edgeproof.diagnose.board_after import with_board
from edgeproof.facts.node import NodeFacts
from edgeproof.measure.shards import Speedup
from edgeproof.measure.slow_work import slow_work
from edgeproof.workload.runs import Workloads

WORDS = {"read": "reading the images", "decode": "decoding them", "compute": "computing"}
"""Phases of a shard's work, as a person says them."""


@advises("speedup")
def speedup(speedup: Speedup) -> Advice:
    """What grew most: reading, which the agents share; one agent's work; or nothing, where there is too little to share out."""
    lost = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in speedup.lost_s().items())
    said, work = f"the agents together are no faster than one; their time: {lost}", slow_work(speedup)
    grew = f"{WORDS[work.phase]} grew by {work.grew_s:.1f} s beyond its share" if work.phase else "no phase grew"
    if work.phase == "read":
        where = f"on {work.node} alone" if work.node else "on all agents"
        return catalogue("nfs-reads-slow").after(f"{said}; {grew}, {where}")
    if work.node:
        return catalogue("slow-node").after(f"{said}; {grew}, and {work.node} is slower than its peers")
    if work.is_one_batch:
        return Advice(
            f"{said}; a shard has {work.images} images, which are computed as one batch (of up to {work.batch}): too few to share out",
            "python -m edgeproof dataset --help   # a larger set of images, then this check again",
            does="reads",
        )
    return catalogue("slow-node").after(f"{said}; {grew}, on all agents")


@advises("straggler")
def straggler(workloads: Workloads, nodes: dict[str, NodeFacts]) -> Advice:
    """Which one, and what its kernel logged meanwhile."""
    node = workloads.on_all().slowest.node
    return with_board(
        catalogue("slow-node").after(f"{node} is slower than its peers"), nodes.get(node), workloads.after(node)
    )


@advises("undisturbed")
def undisturbed(agent: NodeFacts, workloads: Workloads) -> Advice:
    """In the kernel's own words."""
    found = Advice(
        f"{agent.name} did its share, but its kernel logged trouble meanwhile, so its times are not what the board can do",
        "sudo dmesg | tail -n 50; sudo tegrastats   # on the board, while a workload runs: heat, or too little power",
        does="reads",
    )
    return with_board(found, agent, workloads.after(agent.name))
