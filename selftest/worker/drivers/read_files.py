"""{folder, names, slot_bytes, killed, started} -> what reading processes brought, what failed, and which of them are left.

`slot_bytes`: the size of a place, null for the usual one. `killed`: the first process is killed before it may begin. Without `started`
they are stopped at once. Files that came: {name: [width, height, length, sha256]}.
"""

import hashlib
import os
import signal
from typing import Any, Dict

from selftest.worker.drivers.answering import answer
from worker.clock import Clock
from worker.jpeg_engines import read_processes
from worker.record import Record


def read_files(asked: Dict[str, Any]) -> Dict[str, Any]:
    """Read them."""
    if asked.get("slot_bytes"):
        read_processes.SLOT_BYTES = read_processes.LEAST_SLOT_BYTES = asked["slot_bytes"]
    record = Record(Clock())
    names = asked["names"]
    ahead = read_processes.ReadProcesses(asked["folder"])
    children = list(ahead.children)
    if asked.get("killed"):
        os.kill(children[0], signal.SIGKILL)
    ahead.give(list(enumerate(names)), record)
    came = {} if asked.get("started") is False else read_all(ahead, names)
    ahead.stop()
    left = [child for child in children if os.path.exists("/proc/{}".format(child))]
    failures = {failure.name: failure.reason for failure in record.failures}
    return {"came": came, "failures": failures, "failed": len(record.failures), "left": left}


def read_all(ahead: Any, names: Any) -> Dict[str, Any]:
    """Take all groups; a file that comes twice ends the driver."""
    came = {}  # type: Dict[str, Any]
    ahead.start()
    group = ahead.take()
    while group:
        with group:
            for row in group.rows:
                data = bytes(group.bytes_of(row))
                if names[row.number] in came:
                    raise ValueError("{} came twice".format(names[row.number]))
                came[names[row.number]] = [row.width, row.height, len(data), hashlib.sha256(data).hexdigest()]
        group = ahead.take()
    return came


if __name__ == "__main__":
    answer(read_files)
