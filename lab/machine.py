"""What kind of machine this is, and what a node's container therefore needs."""

from __future__ import annotations

import math
import os
from pathlib import Path

CAP_SYS_RESOURCE = 24
"""Its bit in /proc/PID/status (linux/capability.h)."""
INOTIFY_INSTANCES = Path("/proc/sys/fs/inotify/max_user_instances")
LEAST_INOTIFY_INSTANCES = 512
"""A lab of three nodes has about 30 in use, and Linux's own limit is 128 for all that a user runs (inotify(7))."""
LEAST_FAIR_CPUS, MOST_FAIR_CPUS = 0.2, 0.6


def cgroup_version() -> str:
    """Tell v1 or v2, by the type of the cgroup tree's root (cgroups(7))."""
    return "v2" if Path("/sys/fs/cgroup/cgroup.controllers").exists() else "v1"


def runs(pid: int, name: str) -> bool:
    """Tell whether a process of that name runs; one that has ended and that nobody has waited for does not (proc(5), stat)."""
    try:
        found, state = Path(f"/proc/{pid}/stat").read_text().split("(", 1)[1].rsplit(") ", 1)
    except (OSError, ValueError):
        return False
    return found == name and not state.startswith("Z")


def raise_inotify_limit(file: Path = INOTIFY_INSTANCES) -> str:
    """Let root's processes watch files in as many places as several labs need; say what was changed, or is to be ('' for nothing).

    Where they may not, kubelets and systemds of a second or third lab fail with "too many open files".
    """
    found = int(file.read_text())
    if found >= LEAST_INOTIFY_INSTANCES:
        return ""
    setting = f"fs.inotify.max_user_instances={LEAST_INOTIFY_INSTANCES}"
    try:
        file.write_text(str(LEAST_INOTIFY_INSTANCES))
    except OSError:
        return f"inotify instances of this machine: {found}; for more than one lab: sudo sysctl -w {setting}"
    return f"inotify instances of this machine: {found}, raised to {LEAST_INOTIFY_INSTANCES} until its next boot ({setting})"


def has_all_capabilities() -> bool:
    """Tell whether processes here may hold CAP_SYS_RESOURCE, without which `--privileged` containers cannot start."""
    status = Path("/proc/1/status").read_text()
    bounding = next(int(line.split()[1], 16) for line in status.splitlines() if line.startswith("CapBnd:"))
    return bool(bounding >> CAP_SYS_RESOURCE & 1)


def fair_cpus(agents: int, server_cpus: float, cores: int | None = None) -> float:
    """Give the quota of an agent, in cores, that leaves all agents and the server room on this machine's cores.

    What kubelet and Docker take of it, in bursts, is a tenth of 0.4 cores: two agents were then 1.67 to 1.9 times as fast as
    one over 60 images, with 0.6 cores 1.9 to 2.1 times.
    """
    here = len(os.sched_getaffinity(0)) if cores is None else cores
    share = math.floor((here - server_cpus) / agents * 20 + 1e-9) / 20
    return min(MOST_FAIR_CPUS, max(LEAST_FAIR_CPUS, share))


def own_cpus(place: int, cpus: float, machine: list[int] | None = None) -> list[int]:
    """Name the machine's CPUs that the agent at `place` (0 …) with a quota of `cpus` cores runs on, in turn with the others.

    A board's cores are its own. Where two agents' threads share a core, the ones that wait for each other spend their quota
    on waiting: two agents were then 1.70 times as fast as one, not 1.97. An agent whose quota asks for all has all.
    """
    found = sorted(os.sched_getaffinity(0)) if machine is None else machine
    wanted = math.ceil(cpus)
    if wanted >= len(found):
        return found
    return sorted(found[(place * wanted + number) % len(found)] for number in range(wanted))


def container_flags() -> dict[str, str | list[str]]:
    """Give the flags of `Docker.run_container` that let systemd, Docker and kubelet run inside a container here."""
    common: dict[str, str | list[str]] = {"cgroupns": "private", "device": "/dev/fuse"}
    unconfined = ["seccomp=unconfined", "apparmor=unconfined"]
    if cgroup_version() == "v2" and has_all_capabilities():
        return {"privileged": "true", "security_opt": unconfined, **common}
    return {
        "cap_add": "ALL",
        "cap_drop": "SYS_RESOURCE",
        "security_opt": ["systempaths=unconfined", *unconfined],
        "device_cgroup_rule": "a *:* rwm",
        **common,
    }
