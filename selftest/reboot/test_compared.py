"""What has become otherwise by a reboot is said; what has not, and what could not be seen, is not."""

from __future__ import annotations

from typing import Any

import pytest

from edgeproof.diagnose import advise
from edgeproof.facts.observed import Blocked, NotApplicable
from edgeproof.reboot import Rebooted
from selftest.reboot.boards import INVENTORY, MOUNTS, NAME, boot, facts, member, rebooted, sample

ROOT = "mount /dev/mmcblk0p1 / ext4\n"
UNPINNED = sample("clocks/nano-pinned").replace("MinFreq=1479000", "MinFreq=102000", 1)
BY_DHCP = "2: eth0    inet 192.168.10.2/16 scope global dynamic eth0\n"
MOVED = "2: eth0    inet 192.168.10.77/16 scope global dynamic eth0\n"
BRIDGE = "4: docker0    inet 172.17.0.1/16 scope global docker0\n"
TAINT = {"spec": {"taints": [{"key": "maintenance", "value": "yes", "effect": "NoSchedule"}]}}


def advised(check: str, found: Rebooted) -> Any:
    """Give the advice on a check of that node."""
    context = {"node": found.before, "rebooted": {NAME: found}, "inventory": INVENTORY}
    advice = advise("tests_reboot", check, context)
    assert advice is not None
    return advice


def test_as_before() -> None:
    """A board that is what it was."""
    found = rebooted()
    assert (found.swap_gained, found.clocks_lost, found.mounts_lost, found.runtime_changes) == ((), (), (), ())
    assert (found.membership_changes, found.addresses_lost, found.mode_after) == ((), (), found.mode_before)
    assert found.name_before == found.name_after == NAME


@pytest.mark.parametrize(
    ("given", "check", "told", "row"),
    [
        ({"after": facts(swap=sample("swap/nano-zram"))}, "swap_gained", "/dev/zram", "zram-swap"),
        ({"after": facts(clocks=UNPINNED)}, "clocks_lost", "CPU", "clocks-reset"),
        ({"boot_after": boot(1, ROOT)}, "mounts_lost", "192.168.10.1:/nfs/images at /mnt (nfs)", "nfs-mount-lost"),
        ({"boot_after": boot(1, ROOT), "after": facts(nfs_mounts="mounts\nfstab\n")}, "mounts_lost", "/mnt", ""),
        ({"after": facts(docker=sample("docker/dead"))}, "runtime_changes", "Docker was active, and is", ""),
        (
            {"before": facts(network=BY_DHCP), "after": facts(network=MOVED)},
            "addresses_lost", "192.168.10.2/16 on eth0", "address-not-held",
        ),
        ({"after": facts(network=BRIDGE)}, "addresses_lost", "192.168.10.2/16 on eth0", ""),
        ({"member": member(labels={"zone": "a"})}, "membership_changes", "without the label zone=a", ""),
        ({"member": member(**TAINT)}, "membership_changes", "without the taint maintenance=yes:NoSchedule", ""),
        ({"member_after": member(**TAINT)}, "membership_changes", "with the taint maintenance=yes:NoSchedule", ""),
        ({"member_after": member(address="10.0.0.9")}, "membership_changes", "registered under 10.0.0.9", ""),
        ({"not_ready": "not Ready within 300 s: Ready is false"}, "membership_changes", "not Ready within", ""),
    ],
)  # fmt: skip
def test_otherwise(given: dict[str, Any], check: str, told: str, row: str) -> None:
    """Each change is named, alone, and advised on."""
    found = rebooted(**given)
    assert told in str(getattr(found, check))
    names = {
        "swap_gained": "swap_as_before", "clocks_lost": "clocks_as_before", "mounts_lost": "mounts_as_before",
        "runtime_changes": "runtime_as_before", "addresses_lost": "addresses_as_before",
        "membership_changes": "membership_as_before",
    }  # fmt: skip
    assert all(getattr(found, other) == () for other in names if other != check)
    advice = advised(names[check], found)
    assert advice.id == row
    assert advice.fix


def test_another_power_mode() -> None:
    """The mode of before is named, and set again."""
    found = rebooted(after=facts(power_mode=sample("power_mode/nano-5w")))
    assert (str(found.mode_before), str(found.mode_after)) == ("0 (MAXN)", "1 (5W)")
    assert "nvpmodel -m 0;" in advised("power_mode_as_before", found).fix


def test_a_name_for_one_boot() -> None:
    """A hostname that was set for the running system alone: the one of cluster.yaml is back, or another."""
    by_hand = rebooted(before=facts(hostname="by-hand\nresolves yes\n"))
    assert (by_hand.name_before, by_hand.name_after) == ("by-hand", NAME)
    assert advised("hostname_as_before", by_hand).does == "reads"
    other = rebooted(after=facts(hostname="tegra-ubuntu\nresolves yes\n"))
    assert f"hostnamectl set-hostname {NAME}" in advised("hostname_as_before", other).fix


def test_swap_of_before_is_not_of_the_boot() -> None:
    """Swap that was there before is tests_node's to tell."""
    swap = facts(swap=sample("swap/nano-zram"))
    assert rebooted(before=swap, after=swap).swap_gained == ()


def test_clocks_that_were_free() -> None:
    """Clocks that nobody had pinned are not lost."""
    free = facts(clocks=UNPINNED)
    assert rebooted(before=free, after=free).clocks_lost == ()


def test_automount() -> None:
    """A place where systemd mounts when somebody goes there is not lost."""
    waits = "mounts\nsystemd-1 /mnt autofs rw\nfstab\n"
    assert rebooted(boot_after=boot(1, ROOT), after=facts(nfs_mounts=waits)).mounts_lost == ()


def test_not_seen() -> None:
    """What was not seen before, or is not seen now, blocks; a node that was not Ready is not compared by that."""
    with pytest.raises(Blocked, match="printed nothing"):
        _ = rebooted(after=facts(hostname="")).name_after
    with pytest.raises(NotApplicable, match="not Ready before"):
        _ = rebooted(member=member(ready=False)).membership_changes
    assert boot(0, MOUNTS).mounts == boot(1, MOUNTS).mounts
