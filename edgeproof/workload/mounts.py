"""Mounts the export by hand on an agent: read-only, time-limited, always unmounted."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass

from edgeproof import limits
from edgeproof.connect.ssh import open_node
from edgeproof.errors import ConnectError
from edgeproof.facts.observed import Facts, unobserved
from edgeproof.inventory import Inventory, Node

SCRIPT = (
    'd=$(mktemp -d) || exit 1; trap \'sudo -n umount "$d" 2>/dev/null || sudo -n umount -l "$d" 2>/dev/null; rmdir "$d"\' EXIT; '
    'timeout -k 2 {limit} sudo -n mount -t nfs -o ro,soft,timeo=50 {source} "$d" 2>&1 && echo mounted && timeout 5 ls "$d" >/dev/null; grep " $d " /proc/mounts'
)


@dataclass(frozen=True)
class TrialMount(Facts):
    """How the mount by hand went: '' or mount's own words; the version and type that came of it."""

    error: str
    kind: str
    version: str


def try_mount(inventory: Inventory, agent: Node) -> TrialMount:
    """Mount and unmount on one agent; unobserved where the agent cannot be reached."""
    source = f"{inventory.nfs_server.address}:{inventory.storage.export}"
    script = SCRIPT.format(limit=int(limits.TRIAL_MOUNT_S), source=shlex.quote(source))
    try:
        with open_node(inventory, agent) as connection:
            answer = connection.run(script, limits.TRIAL_MOUNT_S + 10)
    except ConnectError as error:
        return TrialMount(*([unobserved(f"SSH: {error}")] * 3))
    return parse_mount(answer.stdout.decode("utf-8", "replace"), answer.status)


def parse_mount(text: str, status: int) -> TrialMount:
    """`mounted`, then the line of /proc/mounts that proves it; or mount's complaint."""
    line = next((line.split() for line in text.splitlines() if re.search(r"^\S+ \S+ (fuse\.)?nfs4? ", line)), [])
    if not line and not re.search(r"^mounted$", text, re.M):
        said = " ".join(text.split())[-300:] or (
            "no answer in time" if status in (124, 137) else f"exit status {status}"
        )
        return TrialMount(said, "", "")
    if not line:
        return TrialMount("mount said that it mounted, and /proc/mounts does not have it", "", "")
    version = re.search(r"\bvers=([\d.]+)", line[3]) if len(line) > 3 else None
    return TrialMount("", line[2], version[1] if version else "")
