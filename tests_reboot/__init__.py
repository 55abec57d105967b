"""edgeproof suite: what must be so of a node after a reboot. It reboots nodes: only where it is told which (--edgeproof-reboot)."""
