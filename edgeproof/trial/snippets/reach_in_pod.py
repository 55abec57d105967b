"""Prints which of some addresses take a TCP connection, all asked at once: `python3 -c THIS JSON`, in a pod of gpu-cluster-verify.

JSON: {"timeout_s": seconds, "targets": [[name, address, port], ...]}. A line each: `reached NAME`, or `unreached NAME: why`.
"""

import json
import socket
import sys
from concurrent.futures import ThreadPoolExecutor

asked = json.loads(sys.argv[1])


def ask(name: str, address: str, port: int) -> str:
    """Give the line of one target."""
    try:
        socket.create_connection((address, port), asked["timeout_s"]).close()
    except OSError as error:
        return f"unreached {name}: {error}"
    return f"reached {name}"


with ThreadPoolExecutor(max_workers=len(asked["targets"]) or 1) as pool:
    for line in pool.map(lambda target: ask(*target), asked["targets"]):
        print(line)
