"""Advice on tests_workload's layer 3: test_3_speedup."""

from __future__ import annotations

from edgeproof.diagnose.advice import Advice, advises, catalogue
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
def straggler(workloads: Workloads) -> Advice:
    """Which one."""
    return catalogue("slow-node").after(f"{workloads.on_all().slowest.node} is slower than its peers")
