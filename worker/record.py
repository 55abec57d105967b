"""What a shard reports: one line of JSON on standard output, schema edgeproof.worker/1."""

import hashlib
import json
import os
import threading
from collections import Counter

from worker import limits
from worker.machine import gpu_devices

SCHEMA = "edgeproof.worker/1"
REASON_CHARACTERS = 160


class Record:
    """Collects what the shard does; complete at any moment, so that an interrupted shard still reports."""

    def __init__(self, clock, say=None):
        self.clock, self.say, self.said_s = clock, say, 0.0
        self.lock = threading.Lock()
        self.about = {}
        self.top1 = {}
        self.failures = []
        self.fallbacks = []
        self.work_start_s = None
        self.work_end_s = None

    def done(self, names, classes):
        """Note the classes of images; at most once a second, say how far the shard is."""
        with self.lock:
            self.top1.update(zip(names, map(int, classes)))
            count, now_s = len(self.top1), self.clock.now()
            due = self.say is not None and now_s - self.said_s >= limits.PROGRESS_S
            if due:
                self.said_s = now_s
        if due:
            start, stop = self.about.get("range", (0, count))
            self.say("{} of {} images".format(count, stop - start))

    def failed(self, name, index, error):
        """Note one image that could not be classified, and why: an exception, or its `reason_of`."""
        reason = error if isinstance(error, str) else reason_of(error)
        with self.lock:
            self.failures.append({"name": name, "index": index, "reason": reason})

    def why_nothing(self):
        """Say why, where there were images and not one could be classified: the reason that most of them gave; "" otherwise."""
        with self.lock:
            reasons = Counter(failure["reason"] for failure in self.failures)
            if self.top1 or not reasons:
                return ""
        ((reason, count),) = reasons.most_common(1)
        return "no image could be classified: {} ({} of {})".format(reason, count, sum(reasons.values()))

    def fell_back(self, piece, why, costs=""):
        """Note a fast path that was not taken, once; `costs` says what it would have gained, where that was measured."""
        fallback = {"piece": piece, "why": str(why)[:REASON_CHARACTERS]}
        if costs:
            fallback["costs"] = costs
        if fallback not in self.fallbacks:
            self.fallbacks.append(fallback)

    def write_classes(self, path):
        """Write {name: class} of what was done to a file; raises OSError where it cannot be written."""
        with self.lock:
            top1 = dict(self.top1)
        with open(path, "w") as file:
            json.dump(top1, file, indent=0, sort_keys=True)

    def line(self, inline, interrupted=False):
        """Give the record as one line; `inline` adds every image's class."""
        with self.lock:
            top1, failures = dict(self.top1), list(self.failures)
        wall_s = self.clock.now()
        end_s = self.work_end_s or wall_s
        work_s = end_s - self.work_start_s if self.work_start_s is not None else 0.0
        predictions = {"digest": digest(top1)}
        if inline:
            predictions["top1"] = top1
        data = dict(self.about)
        data.update(
            schema=SCHEMA,
            images_done=len(top1),
            failures=sorted(failures, key=lambda failure: failure["index"]),
            predictions=predictions,
            gpu_devices=gpu_devices(),
            node=os.environ.get("NODE_NAME"),
            fallbacks=self.fallbacks,
            spans=[{"phase": p, "start_s": round(s, 4), "end_s": round(e, 4)} for p, s, e in self.clock.merged()],
            seconds={phase: round(value, 4) for phase, value in self.clock.seconds.items()},
            work_s=round(work_s, 4),
            wall_s=round(wall_s, 4),
            images_per_s=round(len(top1) / work_s, 3) if work_s else 0.0,
            images_per_s_with_start_up=round(len(top1) / wall_s, 3) if wall_s else 0.0,
            peak_host_bytes=peak_host_bytes(),
            interrupted=interrupted,
        )
        return json.dumps(data, sort_keys=True)


def reason_of(error):
    """Say an exception in one line of bounded length."""
    return "{}: {}".format(type(error).__name__, error)[:REASON_CHARACTERS]


def digest(top1):
    """Hash (name, class) pairs, sorted by name; that of several shards is had from their pairs put together."""
    text = "".join("{} {}\n".format(name, top1[name]) for name in sorted(top1))
    return "sha256:" + hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def peak_host_bytes():
    """Give the most memory this process has held (getrusage(2); Linux counts in KiB)."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
