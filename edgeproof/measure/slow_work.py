"""Why all agents together are no faster than one: what the slowest shard's work cost more than an even share of the one agent's."""

from __future__ import annotations

import statistics
from dataclasses import dataclass

from edgeproof.measure.shards import Shard, Speedup

PHASES = ("read", "decode", "compute")
"""What a shard's work is made of; they overlap, and each is the sum over its threads."""


@dataclass(frozen=True)
class SlowWork:
    """What costs most. `phase` is the one whose seconds grew most beyond the shard's share of them, '' where none grew; `grew_s` by how many.

    `node` is the slowest shard's, where waiting for it costs more than what is slow on all; else ''. `images` and `batch` are that shard's.
    """

    phase: str
    grew_s: float
    node: str
    images: int
    batch: int

    @property
    def is_one_batch(self) -> bool:
        """Whether a shard has no more images than are computed at once: half of them take as long as all."""
        return self.images <= self.batch


def slow_work(speedup: Speedup) -> SlowWork:
    """Find what the slowest shard's work cost more than its share of the single agent's."""
    single, slowest = speedup.single.slowest, speedup.cluster.slowest
    share = _tried(slowest) / (_tried(single) or 1)
    grew = {phase: _seconds(slowest, phase) - share * _seconds(single, phase) for phase in PHASES}
    phase = max(PHASES, key=lambda each: grew[each])
    peers_s = [shard.work_s for shard in speedup.cluster.shards if shard is not slowest] or [slowest.work_s]
    waited_s = slowest.work_s - statistics.median(peers_s)
    slow_on_all_s = statistics.median(peers_s) - share * single.work_s
    return SlowWork(
        phase=phase if grew[phase] > 0 else "",
        grew_s=max(0.0, grew[phase]),
        node=slowest.node if waited_s > slow_on_all_s else "",
        images=_tried(slowest),
        batch=slowest.record.batch or 1,
    )


def _tried(shard: Shard) -> int:
    return shard.images + len(shard.record.failures)


def _seconds(shard: Shard, phase: str) -> float:
    return float(dict(shard.record.seconds).get(phase, 0.0))
