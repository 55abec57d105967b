"""What the worker prints in a pod: its lines and its record (schema edgeproof.worker/1), from few values.

Each shard's classes are those of its slice of the sorted names, and an image's class follows from its name: equal on one
agent and on all, as long as no rule says otherwise.
"""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from edgeproof.measure.shard_record import SCHEMA
from edgeproof.workload.dataset import Recipe
from selftest.replay.api.kinds import Object

TRUNCATED = "OSError: image file is truncated (53 bytes not processed)"
IMAGES_PER_S = 8.0
CLASSES = 1000
START_UP = {"list": 0.01, "import": 2.98, "device_init": 0.1, "model_load": 0.6, "warm_up": 0.3}
"""Seconds of a Nano's start, one after the other."""
WORK = {"read": 0.05, "decode": 0.1, "compute": 0.85}
"""Shares of the work's seconds."""
NANO = {
    "device": "cuda", "device_name": "NVIDIA Tegra X1", "python": "3.6.9", "torch": "1.10.0", "precision": "fp32", "batch": 4,
    "decoder": "Pillow, one resize of the kept box, in threads", "kernels": "", "weights": "random (seed 0)", "fallbacks": [],
    "gpu_devices": ["/dev/nvhost-gpu", "/dev/nvhost-ctrl", "/dev/nvmap"], "peak_device_bytes": 412876800,
    "peak_host_bytes": 1834217472, "interrupted": False,
}  # fmt: skip
VALUES = frozenset({"images_per_s", "work_s", "failures", "classes", "dataset", "start_up", "shares"})
"""What a rule's `record` gives for numbers to follow from; any other key is a field of the record."""


def is_worker(pod: Object) -> bool:
    """Tell whether a pod runs the worker: by its command, or by the variables that its jobs set."""
    container = (pod["spec"].get("containers") or [{}])[0]
    words = [*(container.get("command") or []), *(container.get("args") or [])]
    return "worker" in words or "TOTAL_JOBS" in _environment(pod)


def worker_log(pod: Object, values: Mapping[str, Any], dataset: Mapping[str, Any]) -> str:
    """Give a worker's whole log; `values` as in a rule's `record`."""
    record = make_record(pod, values, dataset)
    start, stop = record["range"]
    said = f"images {start} to {stop} of {record['available']}\n"
    ended = f"{record['images_done']} images, {len(record['failures'])} failed\n"
    return f"{said}{json.dumps(record, sort_keys=True)}\n{ended}"


def make_record(pod: Object, values: Mapping[str, Any], dataset: Mapping[str, Any]) -> dict[str, Any]:
    """Give the record of a pod's shard."""
    environment = _environment(pod)
    folder, names, corrupt = _images(pod, environment, {**dataset, **values.get("dataset", {})})
    jobs, index = int(environment.get("TOTAL_JOBS", 1)), _index(pod)
    share = len(names) // jobs
    start, stop = index * share, len(names) if index == jobs - 1 else (index + 1) * share
    failed = _failures(values.get("failures", {}), names[start:stop], corrupt)
    top1 = {name: _class(name, values) for name in names[start:stop] if name not in failed}
    work_s = float(values.get("work_s", (stop - start) / float(values.get("images_per_s", IMAGES_PER_S))))
    made = NANO | {
        "schema": SCHEMA, "profile": environment.get("EDGEPROOF_PROFILE", "tuned"), "node": pod["spec"].get("nodeName"),
        "source": "directory" if folder else "synthetic", "path": folder, "index": index, "total_jobs": jobs,
        "range": [start, stop], "available": len(names), "images_done": len(top1),
        "failures": [
            {"name": name, "index": index, "reason": failed[name]}
            for index, name in enumerate(names[start:stop], start) if name in failed
        ],
        "predictions": {"digest": _digest(top1), "top1": top1}, **_times(len(top1), work_s, values),
    }  # fmt: skip
    return made | {key: value for key, value in values.items() if key not in VALUES}


def _environment(pod: Object) -> dict[str, str]:
    container = (pod["spec"].get("containers") or [{}])[0]
    return {each["name"]: str(each["value"]) for each in container.get("env") or [] if "value" in each}


def _index(pod: Object) -> int:
    annotations = pod["metadata"].get("annotations") or {}
    return int(annotations.get("batch.kubernetes.io/job-completion-index", 0))


def _images(pod: Object, environment: dict[str, str], dataset: Mapping[str, Any]) -> tuple[str, list[str], list[str]]:
    """Give the folder ('' for synthetic images), the images' names, and which of them are corrupt."""
    container = (pod["spec"].get("containers") or [{}])[0]
    words = " ".join([*(container.get("command") or []), *(container.get("args") or [])])
    asked = re.search(r"--source[ =](\S+)", words)
    folder = asked[1] if asked else environment.get("NFS_IMAGES_PATH", "synthetic")
    if folder == "synthetic":
        return "", [f"synthetic-{number:06d}" for number in range(int(environment.get("TOTAL_IMAGES", 120)))], []
    corrupt = dataset.get("corrupt", 0)
    recipe = Recipe(int(dataset.get("count", 60)), corrupt=corrupt if isinstance(corrupt, int) else 0)
    names = sorted([*recipe.names(), *dataset.get("twice", [])])
    return folder, names, recipe.corrupt_names() if isinstance(corrupt, int) else list(corrupt)


def _failures(given: Any, names: list[str], corrupt: list[str]) -> dict[str, str]:
    """Give the reasons by name; `given` has patterns of names with their reasons, or such patterns alone."""
    rules = dict(given) if isinstance(given, Mapping) else dict.fromkeys(given, TRUNCATED)
    rules.update((name, TRUNCATED) for name in corrupt if name not in rules)
    return {
        name: next(str(why) for pattern, why in rules.items() if fnmatchcase(name, pattern))
        for name in names if any(fnmatchcase(name, pattern) for pattern in rules)
    }  # fmt: skip


def _class(name: str, values: Mapping[str, Any]) -> int:
    for pattern, value in (values.get("classes") or {}).items():
        if fnmatchcase(name, pattern):
            return int(value)
    return zlib.crc32(name.encode()) % CLASSES


def _digest(top1: dict[str, int]) -> str:
    text = "".join(f"{name} {top1[name]}\n" for name in sorted(top1))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def _times(images: int, work_s: float, values: Mapping[str, Any]) -> dict[str, Any]:
    """Give the phases one after the other, work in one piece each, and the rates that follow."""
    spans, clock_s = [], 0.01
    start_up, shares = START_UP | values.get("start_up", {}), WORK | values.get("shares", {})
    seconds = start_up | {phase: share * work_s for phase, share in shares.items()}
    for phase, length_s in seconds.items():
        if length_s or phase in START_UP:
            spans.append({"phase": phase, "start_s": round(clock_s, 4), "end_s": round(clock_s + length_s, 4)})
        clock_s += length_s
    return {
        "spans": spans, "seconds": {phase: round(length_s, 4) for phase, length_s in seconds.items()},
        "work_s": round(work_s, 4), "wall_s": round(clock_s, 4),
        "images_per_s": round(images / work_s, 3) if work_s else 0.0,
        "images_per_s_with_start_up": round(images / clock_s, 3),
    }  # fmt: skip
