"""Every time limit of the lab, in seconds, in one place."""

COMMAND_S = 120.0
"""One program of this machine, unless it says otherwise."""

BUILD_S = 3600.0
"""One build step, at most; installing Debian packages is one."""

DOCKER_CALL_S = 120.0
"""One call of the docker command, unless it says otherwise."""

DOCKER_PROBE_S = 5.0
"""Asking whether a Docker daemon answers."""

DAEMON_START_S = 60.0
"""From starting a daemon of our own to its first answer."""

DAEMON_STOP_S = 60.0
"""From asking that daemon to end to its end."""

BOOT_S = 90.0
"""From a node's start to systemd and Docker answering in it."""

NODE_COMMAND_S = 60.0
"""One command in a node."""

NODE_IMAGES_S = 240.0
"""Loading the stand-in images into one node."""

SERVICE_START_S = 90.0
"""From enabling services of a node to their running."""

READY_S = 240.0
"""From starting K3s to every node Ready."""

ADDONS_S = 120.0
"""From every node's being Ready to K3s's add-ons' being available."""

READY_LOOK_S = 1.0
"""One look whether the nodes are Ready."""

BREAK_S = 120.0
"""From putting a fault in to its condition holding."""

MEND_S = 120.0
"""From taking a fault out to its condition holding again; one mending command, too."""

DELETE_S = 30.0
"""Deleting a fault's pod or claim, to its being gone."""

REMOVE_S = 180.0
"""Removing all containers, or all volumes, of a lab."""

POLL_S = 0.5
"""Between two looks at something that is waited for."""

PROGRESS_S = 10.0
"""Between two lines that tell a person at a terminal how far a long step is."""

PROGRESS_IN_FILE_S = 30.0
"""The same where nobody watches: in a file or a pipe."""
