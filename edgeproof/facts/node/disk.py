"""The file systems that a node's pods and images lie on: room, whether they can be written, and what the kernel says of their disks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

from edgeproof.facts.node.kernel_log import beginning_of, lost
from edgeproof.facts.node.snippets import SNIPPETS
from edgeproof.facts.observed import Facts, NotApplicable, Unobserved
from edgeproof.facts.probe import Output, Probe
from edgeproof.facts.snippet import snippet
from edgeproof.inventory import Inventory, Node

Role = Literal["root", "pods", "images"]

KIB = 1024

LEAST_FREE: dict[Role, float] = {"root": 0.10, "pods": 0.10, "images": 0.15}
"""The kubelet's own bars: it evicts pods where less of its own file system is free (nodefs.available, node-pressure-eviction), and from 85 %
in use on it deletes images that no pod runs on (imageGCHighThresholdPercent, config.v1beta1), preloaded ones too (k3s#7569, #8781)."""

LEAST_INODES_FREE = 0.05
"""nodefs.inodesFree and imagefs.inodesFree, the kubelet's own bars."""


@dataclass(frozen=True)
class FileSystem:
    """One file system, what lies on it, and how much of it is free; `inodes` is 0 where it counts none."""

    mount: str
    device: str
    roles: tuple[Role, ...]
    size_bytes: int
    free_bytes: int
    inodes: int = 0
    inodes_free: int = 0
    options: tuple[str, ...] = ()

    @property
    def least_free(self) -> float:
        """What share of it must be free, by what lies on it."""
        return max(LEAST_FREE[role] for role in self.roles)

    @property
    def is_full(self) -> bool:
        """Whether the kubelet finds too little room on it, or too few inodes."""
        return self._lacks_inodes or self.free_bytes < self.least_free * self.size_bytes

    @property
    def _lacks_inodes(self) -> bool:
        return self.inodes > 0 and self.inodes_free < LEAST_INODES_FREE * self.inodes

    @property
    def disk(self) -> str:
        """The disk as the kernel calls it, without its partition; '' where the device's name tells none."""
        found = re.fullmatch(r"/dev/(mmcblk[0-9]+|nvme[0-9]+n[0-9]+|[hsv]d[a-z]+)(?:p?[0-9]+)?", self.device)
        return found[1] if found else ""

    def __str__(self) -> str:
        inodes = f", {100 * self.inodes_free / self.inodes:.0f} % of its inodes" if self._lacks_inodes else ""
        share = 100 * self.free_bytes / self.size_bytes if self.size_bytes else 0.0
        return f"{self.mount} ({', '.join(self.roles)}): {self.free_bytes / 1e9:.1f} GB free, {share:.0f} %{inodes}"


@dataclass(frozen=True, repr=False)
class Disk(Facts):
    """The file systems under the root, the kubelet's folder and the images."""

    file_systems: tuple[FileSystem, ...]

    @property
    def full(self) -> tuple[FileSystem, ...]:
        """Those with too little room."""
        return tuple(each for each in self.file_systems if each.is_full)

    @property
    def read_only(self) -> tuple[str, ...]:
        """Those that pods and images lie on, and that are mounted read-only; a root of that kind is no fault where they lie elsewhere."""
        return tuple(each.mount for each in self.file_systems if "ro" in each.options and each.roles != ("root",))


def parse_disk(output: Output) -> Disk | Unobserved:
    """Lines `space ROLE DEVICE KIB FREE MOUNT`, `inodes ROLE ALL FREE`, `mounted MOUNT OPTIONS`."""
    text = output.stdout
    options = {
        mount: tuple(words.split(",")) for mount, words in re.findall(r"^mounted (\S{1,500}) (\S{1,2000})$", text, re.M)
    }
    counted = re.findall(r"^inodes (root|pods|images) ([0-9]{1,18}) ([0-9]{1,18})$", text, re.M)
    inodes = {role: (int(whole), int(free)) for role, whole, free in counted}
    found: dict[str, FileSystem] = {}
    pattern = r"^space (root|pods|images) (\S{1,500}) ([0-9]{1,18}) ([0-9]{1,18}) (/\S{0,500})$"
    for role, device, size, free, mount in re.findall(pattern, text, re.M):
        before = found[mount].roles if mount in found else ()
        roles = before if role in before else (*before, role)
        counts = inodes.get(role, (0, 0))
        found[mount] = FileSystem(
            mount, device, roles, int(size) * KIB, int(free) * KIB, *counts, options.get(mount, ())
        )
    if not found:
        return Unobserved("df told no file system")
    return Disk(tuple(found.values()))


@dataclass(frozen=True, repr=False)
class DiskErrors(Facts):
    """What the kernel log says of failing disks: (disk, line), those of disks that were not asked for too; and when it begins, in seconds after boot."""

    lines: tuple[tuple[str, str], ...]
    begins_s: float

    def of(self, disk: Disk) -> tuple[str, ...]:
        """Give the lines about the disks that pods and images lie on, where their names are known; else those about any.

        Not applicable where there are none in a log that has lost its beginning.
        """
        disks = {each.disk for each in disk.file_systems}
        found = tuple(line for name, line in self.lines if name in disks or "" in disks)
        if not found and lost(self.begins_s):
            raise NotApplicable(f"no disk error in the kernel log, which {lost(self.begins_s)}")
        return found


NAMED = re.compile(
    r"(?:error, dev |error on dev(?:ice)? |\(device |\bon device |EXT4-fs \()(mmcblk[0-9]+|nvme[0-9]+n[0-9]+|[hsv]d[a-z]+)(?:p?[0-9]+)?(?![a-z])"
    r"|\b(nvme[0-9]+): (?:controller is down|Device not ready)"
)
"""How the kernel names the disk: block/blk-core.c, fs/buffer.c, fs/ext4/super.c, fs/jbd2, drivers/nvme. A part of an eMMC that nothing reads
but udev (mmcblk0rpmb, mmcblk0boot0) answers so in health (balena-os#83)."""


def parse_disk_errors(output: Output) -> DiskErrors | Unobserved:
    """`first LINE`, the kernel log's lines of failing disks, `read` at its end."""
    found = []
    first = ""
    for line in output.stdout.splitlines():
        if line.startswith("first "):
            first = first or line
        elif match := NAMED.search(line[:400]):
            disk = match[1] or f"{match[2]}n1"
            found.append((disk, re.sub(r"^(?:<[0-9]+>)?\[[ .0-9]*\] *", "", line[:200]).strip()))
    if not (first or found or re.search(r"^read$", output.stdout, re.M)):
        return Unobserved("the kernel log could not be read")
    return DiskErrors(tuple(found), beginning_of(first))


DISK_ERRORS = Probe("disk_errors", snippet(SNIPPETS, "disk_errors"), parse_disk_errors, root=True)


@dataclass(frozen=True, repr=False)
class DiskFacts(Facts):
    """Layer 4: room, and health of the disks."""

    disk: Disk
    disk_errors: DiskErrors


def probes(inventory: Inventory, node: Node) -> tuple[Probe[Any], ...]:
    """Give the probes of `DiskFacts`, by its fields' names."""
    text = snippet(SNIPPETS, "disk", images=inventory.kubernetes.runtime)
    return (Probe("disk", text, parse_disk), DISK_ERRORS)
