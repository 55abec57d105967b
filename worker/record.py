"""What a shard reports: one line of JSON on standard output, schema edgeproof.worker/1."""

import hashlib
import json
import os
import threading
from collections import Counter
from typing import Callable, Dict, Iterable, List, Optional, Union

from worker import limits
from worker.clock import Clock, Span
from worker.machine import gpu_devices, peak_host_bytes
from worker.shard_record import About, Failure, Fallback, Predictions, ShardRecord

REASON_CHARACTERS = 160


class Record:
    """Collects what the shard does; complete at any moment, so that an interrupted shard still reports."""

    def __init__(self, clock: Clock, say: Optional[Callable[[str], None]] = None) -> None:
        self.clock, self.say, self.said_s = clock, say, 0.0
        self.lock = threading.Lock()
        self.about = About()
        self.top1: Dict[str, int] = {}
        self.failures: List[Failure] = []
        self.fallbacks: List[Fallback] = []
        self.work_start_s: Optional[float] = None
        self.work_end_s: Optional[float] = None

    def done(self, names: Iterable[str], classes: Iterable[int]) -> None:
        """Note the classes of images; at most once a second, say how far the shard is."""
        with self.lock:
            self.top1.update(zip(names, map(int, classes)))
            count, now_s = len(self.top1), self.clock.now()
            is_due = now_s - self.said_s >= limits.PROGRESS_S
            if is_due:
                self.said_s = now_s
        if is_due and self.say is not None:
            start, stop = self.about.range or (0, count)
            self.say("{} of {} images".format(count, stop - start))

    def failed(self, name: str, index: int, error: Union[str, Exception]) -> None:
        """Note one image that could not be classified, and why: an exception, or its `reason_of`."""
        reason = error if isinstance(error, str) else reason_of(error)
        with self.lock:
            self.failures.append(Failure(name, index, reason))

    def why_nothing(self) -> str:
        """Say why, where there were images and not one could be classified: the reason that most of them gave; "" otherwise."""
        with self.lock:
            reasons = Counter(failure.reason for failure in self.failures)
            if self.top1 or not reasons:
                return ""
        ((reason, count),) = reasons.most_common(1)
        return "no image could be classified: {} ({} of {})".format(reason, count, sum(reasons.values()))

    def fell_back(self, piece: str, why: object, costs: str = "") -> None:
        """Note a fast path that was not taken, once; `costs` says what it would have gained, where that was measured."""
        fallback = Fallback(piece, str(why)[:REASON_CHARACTERS], costs)
        if fallback not in self.fallbacks:
            self.fallbacks.append(fallback)

    def write_classes(self, path: str) -> None:
        """Write {name: class} of what was done to a file; raises OSError where it cannot be written."""
        with self.lock:
            top1 = dict(self.top1)
        with open(path, "w") as file:
            json.dump(top1, file, indent=0, sort_keys=True)

    def made(self, inline: bool, interrupted: bool) -> ShardRecord:
        """Give the record as it is now; `inline` adds every image's class."""
        with self.lock:
            top1, failures = dict(self.top1), list(self.failures)
        wall_s = self.clock.now()
        end_s = self.work_end_s or wall_s
        work_s = end_s - self.work_start_s if self.work_start_s is not None else 0.0
        return ShardRecord(
            about=self.about,
            images_done=len(top1),
            failures=sorted(failures, key=lambda failure: failure.number),
            fallbacks=list(self.fallbacks),
            predictions=Predictions(digest(top1), top1 if inline else None),
            gpu_devices=gpu_devices(),
            node=os.environ.get("NODE_NAME"),
            spans=[Span(phase, round(start_s, 4), round(end_s, 4)) for phase, start_s, end_s in self.clock.merged()],
            seconds={phase: round(value, 4) for phase, value in self.clock.seconds.items()},
            work_s=round(work_s, 4),
            wall_s=round(wall_s, 4),
            images_per_s=round(len(top1) / work_s, 3) if work_s else 0.0,
            images_per_s_with_start_up=round(len(top1) / wall_s, 3) if wall_s else 0.0,
            peak_host_bytes=peak_host_bytes(),
            interrupted=interrupted,
        )

    def line(self, inline: bool, interrupted: bool = False) -> str:
        """Give the record as one line of JSON."""
        return json.dumps(self.made(inline, interrupted).as_data(), sort_keys=True)


def reason_of(error: Exception) -> str:
    """Say an exception in one line of bounded length."""
    return "{}: {}".format(type(error).__name__, error)[:REASON_CHARACTERS]


def digest(top1: Dict[str, int]) -> str:
    """Hash (name, class) pairs, sorted by name; that of several shards is had from their pairs put together."""
    text = "".join("{} {}\n".format(name, top1[name]) for name in sorted(top1))
    return "sha256:" + hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
