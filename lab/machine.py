"""What kind of machine this is, and what a node's container therefore needs."""

from __future__ import annotations

from pathlib import Path

CAP_SYS_RESOURCE = 24
"""Its bit in /proc/PID/status (linux/capability.h)."""


def cgroup_version() -> str:
    """Tell v1 or v2, by the type of the cgroup tree's root (cgroups(7))."""
    return "v2" if Path("/sys/fs/cgroup/cgroup.controllers").exists() else "v1"


def has_all_capabilities() -> bool:
    """Tell whether processes here may hold CAP_SYS_RESOURCE, without which `--privileged` containers cannot start."""
    status = Path("/proc/1/status").read_text()
    bounding = next(int(line.split()[1], 16) for line in status.splitlines() if line.startswith("CapBnd:"))
    return bool(bounding >> CAP_SYS_RESOURCE & 1)


def container_flags() -> list[str]:
    """Give the `docker run` flags that let systemd, Docker and kubelet run inside a container here."""
    common = [
        "--cgroupns=private",
        "--security-opt",
        "seccomp=unconfined",
        "--security-opt",
        "apparmor=unconfined",
        "--device",
        "/dev/fuse",
        "--env",
        f"LAB_CGROUP={cgroup_version()}",
    ]
    if cgroup_version() == "v2" and has_all_capabilities():
        return ["--privileged", *common]
    return [
        "--cap-add",
        "ALL",
        "--cap-drop",
        "SYS_RESOURCE",
        "--security-opt",
        "systempaths=unconfined",
        "--device-cgroup-rule",
        "a *:* rwm",
        *common,
    ]
