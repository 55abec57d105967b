"""One agent against all of them."""

import pytest

from edgeproof.measure.shards import MOST_STRAGGLE, Speedup
from edgeproof.workload.runs import Workloads

pytestmark = pytest.mark.usefixtures("storage")


def test_speedup(speedup: Speedup) -> None:
    """All agents together are faster than one, in seconds of work."""
    assert speedup.gained > 1.0


def test_straggler(workloads: Workloads) -> None:
    """No shard takes much longer than the median shard."""
    assert workloads.on_all().straggle <= MOST_STRAGGLE
