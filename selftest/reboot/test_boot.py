"""The order of reboots, and what a node says of its boot."""

from __future__ import annotations

import subprocess

import pytest

from edgeproof.errors import InventoryError
from edgeproof.facts.snippet import snippet
from edgeproof.inventory import Inventory
from edgeproof.reboot import in_order
from edgeproof.reboot.boot import SNIPPETS, Mount, parse_boot
from selftest.reboot.boards import IDS, INVENTORY, boot

TWO_SERVERS = Inventory.model_validate({
    "nodes": {
        "s1": {"address": "10.0.0.1", "role": "server"},
        "a1": {"address": "10.0.0.3", "role": "agent"},
        "s2": {"address": "10.0.0.2", "role": "both"},
    },
    "network": {"gateway": "10.0.0.254"},
})  # fmt: skip


def test_agents_first_the_server_last() -> None:
    """As cluster.yaml has them among themselves; the first server comes after all others."""
    assert in_order(INVENTORY, ()) == ("user-worker", "user-newworker", "user-desktop")
    assert in_order(INVENTORY, ["all"]) == in_order(INVENTORY, ())
    assert in_order(TWO_SERVERS, ()) == ("a1", "s2", "s1")
    assert in_order(INVENTORY, ["user-desktop", "user-worker", "user-worker"]) == ("user-worker", "user-desktop")


def test_no_such_node() -> None:
    """A wrong name is told with the right one."""
    with pytest.raises(InventoryError, match="did you mean user-worker"):
        in_order(INVENTORY, ["user-wroker"])


def test_parse_boot() -> None:
    """Id, state and mounts; what is not whole is no boot."""
    found = boot(0)
    assert (found.id, found.has_settled) == (IDS[0], True)
    assert found.mounts[1] == Mount("192.168.10.1:/nfs/images", "/mnt", "nfs")
    assert boot(0, state="degraded").has_settled
    assert not boot(0, state="starting").has_settled
    assert parse_boot(f"boot {IDS[0]}\nstate running\n") is None
    assert parse_boot("boot \nstate running\nend\n") is None


def test_snippet() -> None:
    """The snippet is read here as it is on a node: this machine has a boot id, and mounts of no pod."""
    done = subprocess.run(
        ["sh", "-c", snippet(SNIPPETS, "asked")], capture_output=True, text=True, timeout=20, check=True
    )
    found = parse_boot(done.stdout)
    assert found is not None
    assert not any("/pods/" in mount.place for mount in found.mounts)
