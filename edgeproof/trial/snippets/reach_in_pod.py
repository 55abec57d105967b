"""Prints which of some addresses take a TCP connection: `python3 -c THIS JSON`, in a pod of gpu-cluster-verify.

JSON: {"timeout_s": seconds, "targets": [[name, address, port], ...]}.
"""

import json
import socket
import sys

asked = json.loads(sys.argv[1])
for name, address, port in asked["targets"]:
    try:
        socket.create_connection((address, port), asked["timeout_s"]).close()
        print("reached", name)
    except OSError:
        print("unreached", name)
