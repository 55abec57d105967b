"""One agent against all of them."""

from edgeproof.measure.runs import Runs

MOST_STRAGGLE = 1.5
"""The mission's fastest and slowest node hardly differed; half as slow again is a slow node (catalogue: slow-node)."""


def test_speedup(runs: Runs) -> None:
    """All agents together are faster than one, in seconds of work."""
    assert runs.speedup().work > 1.0


def test_straggler(runs: Runs) -> None:
    """No shard takes much longer than the median shard."""
    assert runs.on_all().straggle <= MOST_STRAGGLE
