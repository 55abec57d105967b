"""The NFS mounts that stand on a node: whether each answers, by which options, and what /etc/fstab wants mounted."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from edgeproof import limits
from edgeproof.facts.node.snippets import SNIPPETS
from edgeproof.facts.observed import Facts, Unobserved, unobserved
from edgeproof.facts.probe import TIMED_OUT, Output, Probe
from edgeproof.facts.snippet import snippet
from edgeproof.inventory import Inventory, Node

Answer = Literal["well", "stale", "silent", "deleted", "refused", "unknown"]
MOST = 30
"""Mounts and lines of /etc/fstab that are looked at."""

DELETED = " (deleted)"
"""At the end of a mount point's name: its folder was removed under the mount (d_path in the kernel)."""

OF_A_POD = re.compile(r"/pods/[^/]+/volumes/kubernetes\.io~nfs/([^/]+)$")
"""Where a kubelet mounts a PersistentVolume, by the volume's name (pkg/volume/nfs)."""


@dataclass(frozen=True)
class NfsMount:
    """A mount, or a line of /etc/fstab: what from (HOST:PATH), where, by which options, and for a mount how it answers and in which words."""

    source: str
    place: str
    type: str
    options: tuple[str, ...]
    answer: Answer = "unknown"
    said: str = ""

    @property
    def host(self) -> str:
        """The server, as it is named there."""
        return self.source.rpartition(":/")[0].strip("[]")

    @property
    def volume(self) -> str:
        """The PersistentVolume that a kubelet has mounted here for a pod; '' where it is no such mount."""
        found = OF_A_POD.search(self.place)
        return found[1] if found else ""

    @property
    def waits_to_be_used(self) -> bool:
        """Whether /etc/fstab leaves it to somebody: to a person, or to whoever first goes there."""
        return bool({"noauto", "x-systemd.automount", "comment=systemd.automount"} & set(self.options))

    def is_of(self, server: str) -> bool:
        """Tell whether it is from that server, by its name or address."""
        return server in (
            self.host,
            *(option.partition("=")[2] for option in self.options if option.startswith("addr=")),
        )


@dataclass(frozen=True, repr=False)
class NfsMounts(Facts):
    """NFS mounts that stand, places where systemd mounts when somebody goes there, and the NFS lines of /etc/fstab."""

    standing: tuple[NfsMount, ...]
    automounts: frozenset[str]
    written: tuple[NfsMount, ...]

    @property
    def lost(self) -> tuple[NfsMount, ...]:
        """The lines of /etc/fstab that are to be mounted at boot, and are not."""
        there = {mount.place for mount in self.standing} | self.automounts
        return tuple(line for line in self.written if not line.waits_to_be_used and line.place not in there)


def differing(mount: NfsMount, wanted: Iterable[str], type_wanted: str = "nfs") -> tuple[str, ...]:
    """Say which options of a mount are in force otherwise than it was told; what was left open is the server's to settle.

    Looked at are the version, hard or soft, the transport and the security flavour: sizes may be lowered by the server (nfs(5)).
    """
    in_force, asked = _settings(mount.options, "nfs"), _settings(wanted, type_wanted)
    return tuple(
        f"{name} {value} was asked for, {in_force[name]} is in force"
        for name, value in asked.items()
        if name in in_force and not _fits(name, value, in_force[name])
    )


def _settings(options: Iterable[str], type_wanted: str) -> dict[str, str]:
    """Read the options that are looked at, the last of each counts."""
    found = {"version": "4"} if type_wanted == "nfs4" else {}
    for option in options:
        name, _, value = option.partition("=")
        if name in ("hard", "soft", "softerr"):
            found["recovery"] = name
        elif name in ("vers", "nfsvers") and value:
            found["version"] = value
        elif name == "minorversion" and found.get("version") == "4" and value:
            found["version"] = f"4.{value}"
        elif name in ("tcp", "udp", "rdma"):
            found["transport"] = name
        elif name in ("proto", "sec") and value:
            found["transport" if name == "proto" else "security"] = value.removesuffix("6")
    return found


def _fits(name: str, asked: str, in_force: str) -> bool:
    if name != "version":
        return asked == in_force or (name == "security" and in_force in asked.split(":"))
    return asked == in_force or (asked == "4" and in_force.startswith("4.")) or (asked == "4.0" and in_force == "4")


def parse_nfs_mounts(output: Output) -> NfsMounts | Unobserved:
    """`mounts` and the lines of /proc/mounts, `fstab` and its lines, `answer NUMBER STATUS WORDS` by the mount's number."""
    sections = re.split(r"^(mounts|fstab)$", re.sub(r"^answer .*$", "", output.stdout, flags=re.M), flags=re.M)
    texts = dict(zip(sections[1::2], sections[2::2], strict=False))
    if "mounts" not in texts:
        return Unobserved("/proc/mounts could not be read")
    answers = {number: (status, said) for number, status, said in
               re.findall(r"^answer ([0-9]{1,4}) ([0-9]{1,3}) ?(.*)$", output.stdout, re.M)}  # fmt: skip
    hangs = ("124", "no answer") if output.timed_out else None
    stand = _lines(texts["mounts"])
    nfs = [mount for mount in stand if mount.type != "autofs"]
    return NfsMounts(
        standing=tuple(_asked(mount, answers.get(str(number)) or hangs) for number, mount in enumerate(nfs, 1)),
        automounts=frozenset(mount.place for mount in stand if mount.type == "autofs"),
        written=_written(texts.get("fstab")),
    )


def _written(text: str | None) -> Any:
    return unobserved("/etc/fstab could not be read") if text is None else tuple(_lines(text))


def _lines(text: str) -> list[NfsMount]:
    """Read lines of the form that /proc/mounts and /etc/fstab share (fstab(5))."""
    words = [line.split() for line in text.splitlines()]
    return [
        NfsMount(each[0], _place(each[1]), each[2], tuple(each[3].split(",")) if len(each) > 3 else ())
        for each in words
        if len(each) > 2 and re.fullmatch(r"nfs4?|autofs", each[2]) and each[1].startswith("/")
    ]


def _place(name: str) -> str:
    """Decode what is written in octal (blanks, tabs, backslashes); a slash at the end means nothing."""
    found = re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), name)
    return found.rstrip("/") or "/"


def _asked(mount: NfsMount, answer: tuple[str, str] | None) -> NfsMount:
    """Add how a mount answers; one of which nothing came until the snippet was ended hangs."""
    said = answer[1].strip() if answer and answer[0] != "0" else ""
    return NfsMount(mount.source, mount.place, mount.type, mount.options, _kind(mount, answer), said)


def _kind(mount: NfsMount, answer: tuple[str, str] | None) -> Answer:
    if mount.place.endswith(DELETED):
        return "deleted"
    if answer is None:
        return "unknown"
    if int(answer[0]) in TIMED_OUT:
        return "silent"
    if answer[0] == "0":
        return "well"
    if re.search(r"[Ss]tale (?:NFS )?file handle", answer[1]):
        return "stale"
    if re.search(r"Input/output error|Connection timed out", answer[1]):
        return "silent"
    return "refused" if re.search(r"Permission denied", answer[1]) else "unknown"


NFS_MOUNTS = Probe(
    "nfs_mounts",
    snippet(SNIPPETS, "nfs_mounts", most=str(MOST), answer_s=f"{limits.NFS_ANSWER_S:g}", kill_s=f"{limits.KILL_S:g}"),
    parse_nfs_mounts,
    timeout_s=limits.NFS_MOUNTS_S,
    root=True,
)


@dataclass(frozen=True, repr=False)
class NfsMountsFacts(Facts):
    """What the node has mounted over NFS."""

    nfs_mounts: NfsMounts


def probes(inventory: Inventory, node: Node) -> tuple[Probe[Any], ...]:
    """Give the probes of `NfsMountsFacts`, by its fields' names."""
    return (NFS_MOUNTS,)
