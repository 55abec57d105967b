"""How many more files may be open -> what becomes of the JPEG engines' way where reading processes need more.

{refused, fallbacks, left: processes that are left, files: descriptors that are left open}.
"""

import os
import resource
from typing import Any, Dict

from selftest.worker.drivers.answering import answer
from worker.clock import Clock
from worker.jpeg_engines.engines import forked_for
from worker.record import Record


def open_files() -> int:
    """Count this process' descriptors."""
    return len(os.listdir("/proc/self/fd"))


def children() -> int:
    """Count this process' children, dead ones too."""
    with open("/proc/self/task/{}/children".format(os.getpid())) as file:
        return len(file.read().split())


def engines(beside: int) -> Dict[str, Any]:
    """Try it, and open the decoder all the same, as the tuned profile does."""
    before, (soft, hard) = open_files(), resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (before - 1 + beside, hard))
    try:
        found = forked_for(".")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    record = Record(Clock())
    is_refused = found.readers is None
    if is_refused:
        found.give([(0, "a.jpg")], record)
        found.open(8, "float16", record)
    found.stop()
    fallbacks = [each.as_data() for each in record.fallbacks]
    return {"refused": is_refused, "fallbacks": fallbacks, "left": children(), "files": open_files() - before}


if __name__ == "__main__":
    answer(engines)
