"""Advice on tests_workload's layer 3: test_3_speedup."""

from __future__ import annotations

from edgeproof.diagnose.advice import Advice, advises, catalogue
from edgeproof.diagnose.board_after import with_board
from edgeproof.facts.node import NodeFacts
from edgeproof.measure.shards import Speedup
from edgeproof.workload.runs import Workloads


@advises("speedup")
def speedup(speedup: Speedup) -> Advice:
    """Where the time went."""
    lost = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in speedup.lost_s().items())
    return Advice(
        f"the agents together are no faster than one; their time: {lost}",
        "python -m edgeproof node -k 'power_mode or clocks or peers'",
        "slow-node",
        does="reads",
    )


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
