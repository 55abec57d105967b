"""Every time limit of the suite, in seconds, in one place."""

from __future__ import annotations

SSH_CONNECT_S = 8.0
"""TCP connection, key exchange and authentication, each."""

NODE_SCRIPT_S = 60.0
"""One node's whole fact script."""

SNIPPET_S = 5.0
"""One fact's snippet, where the fact sets no limit of its own."""

DEVICE_QUERY_S = 40.0
"""A deviceQuery container from start to exit; a Nano's SD card makes the first start slow."""

API_CALL_S = 10.0
"""One call to the API server."""

SCRIPT_GRACE_S = 3.0
"""What a script may take beside its longest snippet: login, sudo, collecting."""
