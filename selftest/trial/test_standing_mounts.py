"""NFS mounts that stand, beside what was asked for; and whose accusation a broken one is."""

from __future__ import annotations

import pytest

from edgeproof.facts.node.nfs_mounts import NfsMount, NfsMounts, differing
from edgeproof.facts.observed import Blocked, NotApplicable, unobserved
from edgeproof.trial.standing_mounts import troubles

SERVER = "192.168.10.1"
LINE = NfsMount(f"{SERVER}:/nfs/images", "/mnt/images", "nfs", ("defaults",))
STANDS = NfsMount(
    "nas:/nfs/images", "/mnt/images", "nfs4", ("rw", "vers=4.2", "hard", "proto=tcp", f"addr={SERVER}"), "well"
)


def silent(mount: NfsMount) -> NfsMount:
    """Give a mount that does not answer."""
    return NfsMount(mount.source, mount.place, mount.type, mount.options, "silent")


@pytest.mark.parametrize(
    ("in_force", "asked", "kind", "words"),
    [
        ("vers=4.2,hard,proto=tcp,sec=sys", "hard,nfsvers=4", "nfs", ()),
        ("vers=4.2,hard,proto=tcp,sec=sys", "defaults,bg,intr,rsize=8192,_netdev,tcp", "nfs", ()),
        ("vers=4.2,hard", "", "nfs4", ()),
        ("vers=3,hard", "", "nfs4", ("version 4 was asked for, 3 is in force",)),
        ("vers=4,hard", "vers=4.0", "nfs", ()),
        ("vers=4.1,hard", "vers=4,minorversion=1", "nfs", ()),
        ("vers=4.2,hard", "vers=4.1", "nfs", ("version 4.1 was asked for, 4.2 is in force",)),
        ("vers=3,soft,proto=udp", "nfsvers=3,hard,tcp", "nfs", ("recovery hard was asked for, soft is in force", "transport tcp was asked for, udp is in force")),
        ("vers=4.2,hard,proto=tcp6", "proto=tcp", "nfs", ()),
        ("vers=4.2,hard,sec=sys", "sec=krb5:sys", "nfs", ()),
        ("vers=4.2,hard,sec=sys", "sec=krb5", "nfs", ("security krb5 was asked for, sys is in force",)),
        ("rw", "nfsvers=3,hard", "nfs", ()),
    ],
)  # fmt: skip
def test_options(in_force: str, asked: str, kind: str, words: tuple[str, ...]) -> None:
    """What was asked for and is in force otherwise is told; what was left open, or is not told, is not."""
    mount = NfsMount("nas:/a", "/mnt/a", "nfs", tuple(in_force.split(",")))
    assert differing(mount, asked.split(","), kind) == words


def test_nothing_mounted() -> None:
    """Where nothing is mounted, nor to be, there is nothing to judge."""
    with pytest.raises(NotApplicable):
        troubles(NfsMounts((), frozenset(), ()), {}, SERVER, "")


def test_unread_fstab_blocks_alone() -> None:
    """Where nothing is mounted and /etc/fstab could not be read, that is not known; what is mounted is judged all the same."""
    with pytest.raises(Blocked):
        troubles(NfsMounts((), frozenset(), unobserved("unread")), {}, SERVER, "")
    found = troubles(NfsMounts((silent(STANDS),), frozenset(), unobserved("unread")), {}, SERVER, "")
    assert [trouble.kind for trouble in found] == ["silent"]


@pytest.mark.parametrize("why", ["no NFS server runs (see the check nfs_service)"])
def test_server_that_is_known_to_fail(why: str) -> None:
    """What another check tells of the declared server is its own: a mount from there, by any name, or one that is missing, is blocked by it."""
    for mounts in (NfsMounts((silent(STANDS),), frozenset(), ()), NfsMounts((), frozenset(), (LINE,))):
        with pytest.raises(Blocked, match="see the check nfs_service"):
            troubles(mounts, {}, SERVER, why)
        assert len(troubles(mounts, {}, SERVER, "")) == 1
        assert len(troubles(mounts, {}, "192.168.10.77", why)) == 1


def test_mount_that_was_not_asked() -> None:
    """A mount of which no answer came for another reason than time blocks."""
    unknown = NfsMount("nas:/a", "/mnt/a", "nfs", (), "unknown", "stat: not found")
    with pytest.raises(Blocked, match="stat: not found"):
        troubles(NfsMounts((unknown,), frozenset(), ()), {}, SERVER, "")
