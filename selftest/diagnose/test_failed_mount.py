"""What mount says, and what it means: one cause each, whatever server and path are called."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edgeproof.diagnose.failed_mount import MountOf, bare_words, explain_mount
from edgeproof.trial.claim_pods import mount_words

OF = MountOf("192.168.10.1", "user-desktop", "/nfs/images", "user-worker", "192.168.10.2")
OUTSIDE = MountOf("nas.lan", "", "/volume1/images", "user-worker", "192.168.10.2")
NEEDS_HELPER = (
    "bad option; for several filesystems (e.g. nfs, cifs) you might need a /sbin/mount.<type> helper program."
)


@pytest.mark.parametrize(
    ("said", "words", "row"),
    [
        ("mount.nfs: Connection refused for 10.0.0.5:/nfs/versions on /tmp/tmp.AbC", "no NFS server listens", ""),
        ("mount.nfs: Connection timed out for 10.0.0.5:/nfs/denied on /tmp/tmp.AbC", "did not answer in time", ""),
        ("no answer in time", "did not answer in time", ""),
        ("mount.nfs: No route to host", "no way to", ""),
        ("mount.nfs: access denied by server while mounting 10.0.0.5:/stale", "does not export /nfs/images to 192.168.10.2", ""),
        ("mount.nfs: mounting 10.0.0.5:/x failed, reason given by server: No such file or directory", "has no /nfs/images", ""),
        ("mount.nfs: requested NFS version or transport protocol is not supported", "disagree", "nfs-version"),
        ("mount.nfs: Protocol not supported", "disagree", "nfs-version"),
        ("mount.nfs: No such device", "built without NFS", "nfs-not-in-kernel"),
        (f"mount: /tmp/tmp.c4J: {NEEDS_HELPER}", "no NFS client", "nfs-client-missing"),
        ("mount: /tmp/x: wrong fs type, bad option, bad superblock on a:/b, missing codepage or helper program, or other error.",
         "no NFS client", "nfs-client-missing"),
        ("mount.nfs: Stale file handle", "no longer has", "nfs-stale"),
        ("the mount at /mnt/x is stale: its folder was deleted", "no longer has", "nfs-stale"),
        ("mount.nfs: Operation not permitted", "port is above 1023", ""),
        ("mount.nfs: Permission denied", "not read", ""),
        ("mount.nfs: Failed to resolve server denied.lan: Name or service not known", "finds no address", ""),
        ("mount.nfs: rpc.statd is not running but is required for remote locking. mount.nfs: Either use '-o nolock' to keep locks "
         "local, or start statd. mount.nfs: Protocol not supported", "rpc.statd", ""),
        ("mount: mounting 10.0.0.5:/x on /var/lib/y failed: Connection refused", "busybox", "nfs-busybox-mount"),
        ("Running scope as unit: run-r1.scope mount: mounting 10.0.0.5:/denied on /var/lib/y failed: Not supported", "busybox", "nfs-busybox-mount"),
        ("mount.nfs: an incorrect mount option was specified", "mount options", ""),
    ],
)  # fmt: skip
def test_meaning(said: str, words: str, row: str) -> None:
    """A message has its own cause, and the catalogue's row where there is one for it."""
    advice = explain_mount(said, OF)
    assert words in advice.cause
    assert advice.id == row


def test_unknown_words_are_shown() -> None:
    """What is not known is called so, shown whole, and given no row of the catalogue."""
    advice = explain_mount("mount.nfs: Unknown error 521", OF)
    assert "no explanation for: mount.nfs: Unknown error 521" in advice.cause
    assert (advice.id, advice.does) == ("", "reads")


@pytest.mark.parametrize(
    ("built", "row"),
    [(frozenset({"NFS_FS", "NFS_V3"}), "nfs-not-in-kernel"), (frozenset({"NFS_FS", "NFS_V4"}), "nfs-version"), (None, "nfs-version")],
)  # fmt: skip
def test_kernel(built: frozenset[str] | None, row: str) -> None:
    """`Protocol not supported` is the kernel's fault where its configuration says so (longhorn#3157)."""
    of = MountOf("192.168.10.1", "user-desktop", "/nfs/images", "user-worker", "192.168.10.2", built)
    assert explain_mount("mount.nfs: Protocol not supported", of).id == row


def test_nothing_is_to_be_edited_on_a_server_outside() -> None:
    """How a machine outside cluster.yaml keeps its exports is not known: its owner looks first."""
    assert explain_mount("mount.nfs: access denied by server while mounting x", OUTSIDE).does == "reads"
    assert "sudoedit" in explain_mount("mount.nfs: access denied by server while mounting x", OF).fix


@pytest.mark.parametrize("outside", [True, False])
def test_denied_to_one_version_alone(outside: bool) -> None:
    """A server that lets version 3 in exports the path to that client; nothing is said of its settings."""
    of = replace(OUTSIDE if outside else OF, let_in="3")
    advice = explain_mount("mount.nfs: access denied by server while mounting x", of)
    assert advice.id == "nfs-version"
    assert "lets it in by version 3" in advice.cause
    assert "does not export" not in advice.cause


def test_bare_words() -> None:
    """Whatever holds a slash is a name, and not a word of mount's."""
    assert bare_words("mount.nfs: Stale for a:/denied on /tmp/version").split() == ["mount.nfs:", "Stale", "for", "on"]


SET_UP = 'FailedMount: MountVolume.SetUp failed for volume "nfs-images-pv-1a2b" : mount failed: exit status 32\nMounting command: mount\n'
DENIED = f"{SET_UP}Mounting arguments: -t nfs 10.0.0.5:/x /var/lib/y\nOutput: mount.nfs: access denied by server while mounting 10.0.0.5:/x\n"
REFUSED = f"{SET_UP}Mounting arguments: -t nfs 10.0.0.5:/x /var/lib/y\nOutput: mount.nfs: Connection refused\n"
TIMED_OUT = (
    "FailedMount: Unable to attach or mount volumes: unmounted volumes=[images]: timed out waiting for the condition"
)


@pytest.mark.parametrize(
    ("warnings", "said"),
    [
        ([DENIED], "mount.nfs: access denied by server while mounting 10.0.0.5:/x"),
        ([DENIED, REFUSED, TIMED_OUT], "mount.nfs: Connection refused"),
        ([TIMED_OUT], ""),
        (["FailedScheduling: 0/3 nodes. Output: none", TIMED_OUT], ""),
        ([], ""),
    ],
)
def test_words_of_the_newest_event_that_has_any(warnings: list[str], said: str) -> None:
    """Of a pod's warnings the newest with mount's output counts; that the kubelet waited in vain says nothing."""
    assert mount_words(warnings) == said
