"""One agent against all of them."""

import pytest

from edgeproof.measure.shards import Speedup
from edgeproof.workload.runs import Workloads

MOST_STRAGGLE = 1.5
"""The mission's fastest and slowest node hardly differed; half as slow again is a slow node (catalogue: slow-node)."""

pytestmark = pytest.mark.usefixtures("storage")


def test_speedup(speedup: Speedup) -> None:
    """All agents together are faster than one, in seconds of work."""
    assert speedup.work > 1.0


def test_straggler(workloads: Workloads) -> None:
    """No shard takes much longer than the median shard."""
    assert workloads.on_all().straggle <= MOST_STRAGGLE
