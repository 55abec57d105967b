"""Prints which of some addresses take a TCP connection, all asked at once: `python3 -c THIS JSON`, in a pod of gpu-cluster-verify.

JSON: {"timeout_s": seconds, "targets": [[name, address, port], ...]}. A line each: `reached NAME`, or `unreached NAME: why`.
"""

import json
import socket
import sys
from concurrent.futures import ThreadPoolExecutor

asked = json.loads(sys.argv[1])


def ask(target):
    """Give the line of one target."""
    name, address, port = target
    try:
        socket.create_connection((address, port), asked["timeout_s"]).close()
    except OSError as error:
        return "unreached {}: {}".format(name, error)
    return "reached {}".format(name)


with ThreadPoolExecutor(max_workers=len(asked["targets"])) as pool:
    for line in pool.map(ask, asked["targets"]):
        print(line)
