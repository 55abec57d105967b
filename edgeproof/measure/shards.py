"""What the shards of a job reported, and what follows for the whole: throughput, speedup, efficiency, lost time."""

from __future__ import annotations

import hashlib
import statistics
from collections import Counter
from dataclasses import dataclass
from typing import Any

from edgeproof.errors import WorkloadError
from edgeproof.facts.observed import Blocked, NotApplicable
from edgeproof.measure.shard_record import ShardRecord, Span

MOST_STRAGGLE = 1.5
"""The mission's fastest and slowest node hardly differed; half as slow again is a slow node (catalogue: slow-node)."""

RECORDED = {
    "index", "range", "images_done", "failures", "seconds", "work_s", "wall_s", "images_per_s", "device", "device_name",
    "python", "torch", "precision", "batch", "decoder", "weights", "profile", "gpu_devices", "fallbacks", "peak_host_bytes",
}  # fmt: skip
"""Of a shard's record, what the run's record holds."""

MOST_OTHERWISE = 0.25
"""Of the images that two releases of torch both classify, at most so many are near ties that fall otherwise.

PyTorch does not promise equal results across releases (its notes on reproducibility): with random weights, which each release sets a little
otherwise, 3 of 58 images fell otherwise under 1.10.2 and 2.11.0, in the mission's own loop in fp32, too. A GPU that computes wrongly misses most.
"""

MOST_REASONS = 3
"""Of the reasons why images failed, the most frequent ones are shown."""


@dataclass(frozen=True)
class Shard:
    """One pod's record, and where it ran. Seconds are the pod's own clock."""

    node: str
    index: int
    record: ShardRecord

    @property
    def images(self) -> int:
        """Images classified."""
        return self.record.images_done

    @property
    def work_s(self) -> float:
        """From the end of the warm-up to the last image."""
        return self.record.work_s

    @property
    def compute_s(self) -> float:
        """The model's own seconds."""
        return self.record.seconds.compute

    @property
    def top1(self) -> dict[str, int]:
        """Every image's class, by name."""
        return self.record.predictions.top1

    @property
    def warm_up_end_s(self) -> float:
        """When the warm-up was over, on the pod's clock; raises WorkloadError where the record has none."""
        ends = [span.end_s for span in self._spans("warm_up")]
        if not ends:
            raise WorkloadError(f"the record of the shard on {self.node} has no warm-up among its spans")
        return max(ends)

    @property
    def first_read_s(self) -> float:
        """When the first image was asked for, on the pod's clock; not applicable where there was none."""
        starts = [span.start_s for span in self._spans("read")]
        if not starts:
            raise NotApplicable(f"the shard on {self.node} had no image to read")
        return min(starts)

    @property
    def reads_early(self) -> bool:
        """Whether it read an image before its warm-up was over, so that its times include that."""
        has_both = bool(self._spans("warm_up") and self._spans("read"))
        return has_both and self.warm_up_end_s > self.first_read_s

    def _spans(self, phase: str) -> list[Span]:
        return [span for span in self.record.spans if span.phase == phase]


@dataclass(frozen=True)
class JobRun:
    """One job: its shards, and the seconds from asking for it to its last pod's end."""

    shards: tuple[Shard, ...]
    wall_s: float

    @property
    def nodes(self) -> list[str]:
        """Name the node of each shard, in the shards' order."""
        return [shard.node for shard in self.shards]

    def on(self, node: str) -> Shard:
        """Give the shard that ran on a node; raises WorkloadError when there is none."""
        for shard in self.shards:
            if shard.node == node:
                return shard
        raise WorkloadError(f"no shard ran on {node}")

    def taken_from(self, agents: list[str]) -> dict[str, str]:
        """Give for each agent without a shard the node that has one too many: another agent, or one that was to have none."""
        missing = [agent for agent in agents if agent not in self.nodes]
        surplus = Counter(self.nodes)
        surplus.subtract(agents)
        return dict(zip(missing, sorted(surplus.elements()), strict=False))

    def disagreeing(self, other: JobRun) -> list[str]:
        """Name the images that both runs classified, and not alike; blocked where no image is of both.

        Of a shard that has another torch than the other run, a few are no disagreement.
        """
        known, releases = other.top1, {shard.record.torch for shard in other.shards}
        found: list[str] = []
        compared = 0
        for shard in self.shards:
            both = [name for name in shard.top1 if name in known]
            otherwise = [name for name in both if known[name] != shard.top1[name]]
            compared += len(both)
            if shard.record.torch in releases or len(otherwise) > MOST_OTHERWISE * len(both):
                found += otherwise
        if not compared:
            raise Blocked(f"no image was classified in both runs (see the check {'on_all' if known else 'on_one'})")
        return sorted(set(found))

    def check_work(self, name: str) -> None:
        """Raise WorkloadError where a shard had images and classified none: that is no work, whatever its exit status."""
        for shard in self.shards:
            failures = shard.record.failures
            if failures and not shard.images:
                counted = Counter(failure.reason for failure in failures)
                said = "; ".join(f"{words} ({count} times)" for words, count in counted.most_common(MOST_REASONS))
                message = f"{name}: the shard on {shard.node} classified none of its {len(failures)} images: {said}"
                raise WorkloadError(message, said=said, node=shard.node)

    @property
    def tried(self) -> list[str]:
        """Every name that was classified or failed, as often as it was."""
        return sorted(self.classified + self.failures)

    @property
    def available(self) -> int:
        """Images there were, over all shards."""
        return self.shards[0].record.available

    @property
    def images(self) -> int:
        """Images classified, over all shards."""
        return sum(shard.images for shard in self.shards)

    @property
    def slowest_work_s(self) -> float:
        """The slowest shard's work: what the job waits for."""
        return self.slowest.work_s

    @property
    def slowest(self) -> Shard:
        """The shard that the job waits for."""
        return max(self.shards, key=lambda shard: shard.work_s)

    @property
    def images_per_s(self) -> float:
        """Aggregate throughput, start-up left out: all images over the slowest shard's work."""
        return self.images / self.slowest_work_s if self.slowest_work_s else 0.0

    @property
    def top1(self) -> dict[str, int]:
        """Every image's class, over all shards."""
        return {name: top1 for shard in self.shards for name, top1 in shard.top1.items()}

    @property
    def classified(self) -> list[str]:
        """Every name classified, as often as it was."""
        return sorted(name for shard in self.shards for name in shard.top1)

    @property
    def failures(self) -> list[str]:
        """Every name that could not be classified, as often as it was tried."""
        return sorted(failure.name for shard in self.shards for failure in shard.record.failures)

    @property
    def digest(self) -> str:
        """Hash over all (name, class) pairs, as a shard hashes its own."""
        text = "".join(f"{name} {top1}\n" for name, top1 in sorted(self.top1.items()))
        return "sha256:" + hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()

    @property
    def straggle(self) -> float:
        """The slowest shard's work over the median shard's: 1.0 when all are alike."""
        return self.slowest_work_s / (statistics.median(shard.work_s for shard in self.shards) or 1.0)

    def as_data(self) -> dict[str, Any]:
        """Give it as plain data, as the run record holds it; classes and spans left out."""
        shards = [{"node": shard.node, **shard.record.model_dump(include=RECORDED)} for shard in self.shards]
        for shard in shards:
            shard["fallbacks"] = [
                {key: text for key, text in each.items() if text is not None} for each in shard["fallbacks"]
            ]
        return {
            "shards": shards, "images": self.images, "images_per_s": round(self.images_per_s, 3), "job_wall_s": round(self.wall_s, 3),
            "slowest_work_s": round(self.slowest_work_s, 3), "straggle": round(self.straggle, 3), "failed_images": self.failures,
        }  # fmt: skip


def _ratio(one_s: float, all_s: float) -> float:
    if not one_s or not all_s:
        raise WorkloadError("no image could be classified, so there is nothing to compare", "look at the failed images")
    return one_s / all_s


@dataclass(frozen=True)
class Speedup:
    """One agent against all of them, over the same images; raises WorkloadError where they classified none."""

    single: JobRun
    cluster: JobRun

    @property
    def work(self) -> float:
        """Seconds of work on one agent over those of the slowest of all."""
        return _ratio(self.single.slowest_work_s, self.cluster.slowest_work_s)

    @property
    def gained(self) -> float:
        """The same as `work`; blocked where nothing is gained, and would be without one slow shard: straggler names its node."""
        peers_s = [shard.work_s for shard in self.cluster.shards if shard is not self.cluster.slowest]
        is_held_up = self.cluster.straggle > MOST_STRAGGLE and self.single.slowest_work_s > max(peers_s, default=0.0)
        if self.work <= 1.0 and is_held_up:
            raise Blocked(f"{self.cluster.slowest.node} holds up the others (see the check straggler)")
        return self.work

    @property
    def compute(self) -> float:
        """The same in the model's own seconds."""
        return _ratio(max(s.compute_s for s in self.single.shards), max(s.compute_s for s in self.cluster.shards))

    @property
    def efficiency(self) -> float:
        """Speedup over the number of agents: 1.0 when none is lost."""
        return self.work / len(self.cluster.shards)

    @property
    def wall(self) -> float:
        """Seconds of the whole job, start-up and scheduling included, on one agent over those on all."""
        return self.single.wall_s / self.cluster.wall_s

    def lost_s(self) -> dict[str, float]:
        """Say where the cluster's wall time went beside an even share of the single agent's work, in seconds."""
        ideal_s = self.single.slowest_work_s / len(self.cluster.shards)
        slowest = self.cluster.slowest
        in_pod_s = slowest.record.wall_s
        return {
            "ideal_work": round(ideal_s, 3),
            "uneven_or_slower_work": round(self.cluster.slowest_work_s - ideal_s, 3),
            "start_up_in_pod": round(in_pod_s - slowest.work_s, 3),
            "scheduling_and_pod_start": round(self.cluster.wall_s - in_pod_s, 3),
        }

    def as_data(self) -> dict[str, Any]:
        """Give it as plain data, as the run record holds it."""
        return {
            "agents": len(self.cluster.shards), "job_wall_s": round(self.cluster.wall_s, 3),
            "speedup": round(self.work, 3), "speedup_compute": round(self.compute, 3), "speedup_wall": round(self.wall, 3),
            "efficiency": round(self.efficiency, 3), "lost_s": self.lost_s(),
        }  # fmt: skip
