"""Takes a lab down: nothing of it is left."""

from __future__ import annotations

import shutil

from lab import limits
from lab.docker import find_docker, stop_own_daemon
from lab.lab import LABEL, Lab, Plan, saved_names, saved_plan
from lab.login import end_agent
from lab.network import remove_network
from lab.places import state_folder
from lab.say import say


def down(name: str) -> None:
    """Remove a lab's containers, volumes, network, route, firewall rule and state; then the lab's own daemon, if last."""
    docker = find_docker()
    if docker is not None:
        label = f"label={LABEL}={name}"
        for kind, listing in {"container": ["ps", "--all"], "volume": ["volume", "ls"]}.items():
            ids = docker(*listing, "--quiet", "--filter", label).stdout.split()
            if ids:
                docker(kind, "rm", "--force", *ids, timeout_s=limits.REMOVE_S)
        remove_network(Lab(saved_plan(name) or Plan(name=name), docker))
    end_agent(state_folder() / name)
    shutil.rmtree(state_folder() / name, ignore_errors=True)
    say(f"lab {name}: nothing left")
    if not saved_names():
        stop_own_daemon()
