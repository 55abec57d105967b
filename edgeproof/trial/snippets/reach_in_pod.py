"""Prints which of some addresses take a TCP connection, and which names are known, all asked at once: `python3 -c THIS JSON`, in a pod.

JSON: {"timeout_s": seconds, "targets": [[name, address, port], ...], "names": [name, ...]}. A line each: `reached NAME`, or
`unreached NAME: why`; `resolved NAME ADDRESS...`, or `unresolved NAME: why`.
"""

import json
import os
import socket
import sys
from concurrent.futures import ThreadPoolExecutor

asked = json.loads(sys.argv[1])
os.environ["RES_OPTIONS"] = "attempts:2 timeout:{:.0f}".format(
    asked["timeout_s"]
)  # resolv.conf(5); read when first asked


def ask(name: str, address: str, port: int) -> str:
    """Give the line of one target."""
    try:
        socket.create_connection((address, port), asked["timeout_s"]).close()
    except OSError as error:
        return f"unreached {name}: {error}"
    return f"reached {name}"


def resolve(name: str) -> str:
    """Give the line of one name, with its addresses."""
    try:
        found = sorted({answer[4][0] for answer in socket.getaddrinfo(name, None)})
    except OSError as error:
        return f"unresolved {name}: {error}"
    return "resolved {} {}".format(name, " ".join(map(str, found)))


names = asked.get("names", [])
with ThreadPoolExecutor(max_workers=len(asked["targets"]) + len(names) or 1) as pool:
    known = [pool.submit(resolve, name) for name in names]
    for line in pool.map(lambda target: ask(*target), asked["targets"]):
        print(line)
    for answer in known:
        print(answer.result())
