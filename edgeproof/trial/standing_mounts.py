"""What is wrong with the NFS mounts that stand on a node, beside what was asked of them: by /etc/fstab, or by a PersistentVolume."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from edgeproof.facts.node.nfs_mounts import DELETED, NfsMount, NfsMounts, differing
from edgeproof.facts.observed import Blocked, NotApplicable, reason

Kind = Literal["stale", "deleted", "silent", "lost", "options"]

WORDS: dict[Kind, str] = {
    "stale": "is stale",
    "deleted": "is stale: its folder was deleted",
    "silent": "does not answer",
    "lost": "is in /etc/fstab, and not mounted",
    "options": "is mounted otherwise than asked for",
}


@dataclass(frozen=True, repr=False)
class MountTrouble:
    """One mount, what is wrong with it, and what more is known."""

    kind: Kind
    mount: NfsMount
    said: str = ""

    def __repr__(self) -> str:
        said = f" ({self.said})" if self.said else ""
        return f"{self.mount.source} at {self.mount.place.removesuffix(DELETED)} {WORDS[self.kind]}{said}"


def troubles(
    mounts: NfsMounts, volumes: Mapping[str, Iterable[str]], server: str, why: str
) -> tuple[MountTrouble, ...]:
    """Say what is wrong with a node's mounts. `volumes` are the mountOptions of PersistentVolumes by their names.

    `why` says what keeps the node from mounting anything of the declared `server` ('' for nothing): what is wrong with its mounts is then
    another check's, and where that is all, this is blocked. Not applicable where nothing is mounted, nor to be.
    """
    if not mounts.standing and not mounts.written:
        raise NotApplicable("no NFS is mounted here, and /etc/fstab names none")
    lost = () if reason(mounts, "written") else mounts.lost
    found = [*_standing(mounts, volumes), *(MountTrouble("lost", line) for line in lost)]
    own = [each for each in found if not (why and each.kind != "options" and each.mount.is_of(server))]
    if found and not own:
        raise Blocked(f"{found[0]!r}, and {why}")
    unasked = [mount for mount in mounts.standing if mount.answer == "unknown"]
    if unasked and not own:
        raise Blocked(f"{unasked[0].place} could not be asked: {unasked[0].said or 'no answer came'}")
    return tuple(own)


def _standing(mounts: NfsMounts, volumes: Mapping[str, Iterable[str]]) -> Iterable[MountTrouble]:
    written = {} if reason(mounts, "written") else {line.place: line for line in mounts.written}
    for mount in mounts.standing:
        if mount.answer in ("stale", "deleted", "silent"):
            yield MountTrouble(mount.answer, mount, mount.said)
            continue
        line = written.get(mount.place)
        asked, kind = (line.options, line.type) if line else (volumes.get(mount.volume, ()), "nfs")
        if words := differing(mount, asked, kind):
            yield MountTrouble("options", mount, "; ".join(words))
