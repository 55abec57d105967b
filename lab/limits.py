"""Every time limit of the lab, in seconds, in one place."""

DOCKER_CALL_S = 120.0
"""One call of the docker command, unless it says otherwise."""

DOCKER_PROBE_S = 5.0
"""Asking whether a Docker daemon answers."""

DAEMON_START_S = 60.0
"""From starting a daemon of our own to its first answer."""

BOOT_S = 90.0
"""From a node's start to systemd and Docker answering in it."""

NODE_IMAGES_S = 240.0
"""Loading the stand-in images into one node."""

READY_S = 240.0
"""From starting K3s to every node Ready."""

NODE_COMMAND_S = 60.0
"""One command in a node."""

MEND_S = 120.0
"""From taking a fault out to its condition holding again."""

BUILD_S = 3600.0
"""One build step, at most."""
"""Installing Debian packages falls under BUILD_S too."""
