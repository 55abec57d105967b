"""Takes a lab down: nothing of it is left."""

from __future__ import annotations

import shutil

from lab import limits
from lab.build import say
from lab.engine import find_engine, stop_own_daemon
from lab.model import LABEL, Lab, Plan, saved_names, saved_plan
from lab.network import remove_network
from lab.places import state_folder


def down(name: str) -> None:
    """Remove a lab's containers, volumes, network, route, firewall rule and state; then the lab's own daemon, if last."""
    engine = find_engine()
    if engine is not None:
        label = f"label={LABEL}={name}"
        for kind, listing in {"container": ["ps", "--all"], "volume": ["volume", "ls"]}.items():
            found = engine(*listing, "--quiet", "--filter", label).stdout.split()
            if found:
                engine(kind, "rm", "--force", *found, timeout_s=limits.BOOT_S * 2)
        remove_network(Lab(saved_plan(name) or Plan(name=name), engine))
    shutil.rmtree(state_folder() / name, ignore_errors=True)
    say(f"lab {name}: nothing left")
    if not saved_names():
        stop_own_daemon()
