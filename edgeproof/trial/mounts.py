"""Mounts the export by hand on an agent: read-only, time-limited, always unmounted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from edgeproof import limits
from edgeproof.connect.ssh import open_node
from edgeproof.connect.sudo import SudoPassword, printed_as_root
from edgeproof.errors import ConnectError
from edgeproof.facts.observed import Facts, blank, unobserved
from edgeproof.facts.probe import TIMED_OUT
from edgeproof.facts.script import NEEDS_ROOT
from edgeproof.facts.snippet import snippet
from edgeproof.inventory import Inventory, Node, Storage
from edgeproof.trial.snippets import SNIPPETS


@dataclass(frozen=True, repr=False)
class TrialMount(Facts):
    """How the mount by hand went: '' or mount's own words; the NFS version that client and server agreed on ('' where it is not told).

    `version_let_in` is the one that mounts where the usual way is denied ('' where none does, or none was tried).
    `kernel` is what the agent's kernel was built with, as its CONFIG_NFS lines; unobserved where the mount went well, or it does not tell.
    """

    complaint: str
    version: str
    version_let_in: str
    kernel: frozenset[str]


OURS = re.compile(r"(ro|rw|soft|hard|softerr|timeo|retrans)(=|$)")
"""Options that the mount by hand sets itself: it only reads, and gives up after a while."""


def own_options(storage: Storage) -> list[str]:
    """Give the options by which agents mount the export, but for those that the mount by hand sets itself."""
    return [option for option in storage.mount_options if not OURS.match(option)]


def mount_script(inventory: Inventory) -> str:
    """Give the shell text, for root, that mounts the export, looks, and unmounts it."""
    return snippet(
        SNIPPETS, "mount", source=f"{inventory.nfs_address}:{inventory.storage.export}",
        mount_s=f"{limits.TRIAL_MOUNT_S:.0f}", look_s=f"{limits.TRIAL_MOUNT_LOOK_S:.0f}", kill_s=f"{limits.KILL_S:g}",
        options=",".join(own_options(inventory.storage)), answer_tenths=f"{10 * limits.TRIAL_MOUNT_ANSWER_S:.0f}",
    )  # fmt: skip


def try_mount(inventory: Inventory, agent: Node, password: SudoPassword) -> TrialMount:
    """Mount and unmount on one agent; unobserved where the agent cannot be reached, or sudo does not work there."""
    try:
        with open_node(inventory, agent) as connection:
            as_root = password.script(connection.user, mount_script(inventory))
            answer = connection.run(as_root, limits.TRIAL_MOUNT_WHOLE_S, password.secret)
    except ConnectError as error:
        return blank(TrialMount, f"SSH: {error}")
    printed = printed_as_root(answer.stdout)
    if printed is None:
        return blank(TrialMount, NEEDS_ROOT)
    return parse_mount(printed.decode("utf-8", "replace"), answer.status)


DELETED = " (deleted)"
"""At the end of a mount point's name: its folder was removed under the mount (d_path in the kernel)."""


LET_IN = r"^mounted by version 3$"
"""What the script says of the version that it tried after a denial."""


def parse_mount(text: str, status: int) -> TrialMount:
    """`mounted`, then the line of /proc/mounts that proves it; or mount's complaint, and the kernel's CONFIG_NFS lines."""
    built = frozenset(re.findall(r"^CONFIG_(NFS_\w+)=[ym]$", text, re.M))
    kernel: Any = built or unobserved("the agent's kernel does not tell what it was built with")
    let_in = "3" if re.search(LET_IN, text, re.M) else ""
    text = re.sub(rf"^CONFIG_\w+=.*\n?|{LET_IN}\n?", "", text, flags=re.M)
    lines = (line.split() for line in text.splitlines())
    line = next((words for words in lines if len(words) > 3 and re.fullmatch(r"(fuse\.)?nfs4?", words[2])), [])
    if not line and not re.search(r"^mounted$", text, re.M):
        said = " ".join(text.split())[-300:] or (
            "no answer in time" if status in TIMED_OUT else f"exit status {status}"
        )
        return TrialMount(said, "", let_in, kernel)
    if not line:
        return TrialMount("mount said that it mounted, and /proc/mounts does not have it", "", "", kernel)
    place, version = _unescaped(line[1]), re.search(r"\bvers=([\d.]+)", line[3])
    gone = (
        f"the mount at {place.removesuffix(DELETED)} is stale: its folder was deleted"
        if place.endswith(DELETED)
        else ""
    )
    return TrialMount(gone, version[1] if version else "", "", kernel)


def _unescaped(name: str) -> str:
    """Decode what /proc/mounts writes in octal: blanks, tabs, line ends, backslashes (fstab(5))."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), name)
