"""One agent against all of them."""

import pytest

from edgeproof.facts.node import NodeFacts
from edgeproof.measure.shards import MOST_STRAGGLE, Speedup
from edgeproof.workload.runs import Workloads

pytestmark = pytest.mark.usefixtures("storage")


def test_speedup(speedup: Speedup) -> None:
    """All agents together are faster than one, in seconds of work."""
    assert speedup.gained > 1.0


def test_straggler(workloads: Workloads) -> None:
    """No shard takes much longer than the median shard."""
    assert workloads.timed().straggle <= MOST_STRAGGLE


def test_undisturbed(agent: NodeFacts, workloads: Workloads) -> None:
    """While the workloads ran, the agent's kernel logged no over-current alarm, no core at less than half its clock, no lack of memory."""
    assert workloads.troubles(agent.name) == []
