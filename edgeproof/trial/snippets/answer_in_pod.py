"""Takes TCP connections on a port and ends them at once: `python3 -c THIS PORT`, in a pod of gpu-cluster-verify."""

import socketserver
import sys

socketserver.ThreadingTCPServer.allow_reuse_address = True
socketserver.ThreadingTCPServer(("", int(sys.argv[1])), socketserver.BaseRequestHandler).serve_forever()
