"""A board before and after a reboot, as it would print itself; healthy but for what a test says."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from edgeproof.facts.cluster.members import Member, parse_member
from edgeproof.facts.node import NodeFacts, parse_nodes
from edgeproof.facts.observed import blank
from edgeproof.facts.probe import Output
from edgeproof.inventory import Inventory
from edgeproof.reboot import Rebooted
from edgeproof.reboot.boot import Boot, parse_boot
from selftest.facts.sample import SAMPLES

IDS = ("0f4b1d2e-9c1a-4a53-8a57-2f6f4f1f7a10", "7a0c9e44-33d1-4c2f-bb0e-51b8a1d0c6aa")
NAME = "user-worker"
INVENTORY = Inventory.model_validate({
    "nodes": {
        "user-desktop": {"address": "192.168.10.1", "role": "server"},
        NAME: {"address": "192.168.10.2", "role": "agent"},
        "user-newworker": {"address": "192.168.10.3", "role": "agent"},
    },
    "network": {"gateway": "192.168.0.1", "prefix": 16},
})  # fmt: skip


def sample(name: str) -> str:
    """Read what a program printed."""
    return (SAMPLES / f"{name}.txt").read_text(encoding="utf-8")


PRINTED = {
    "hostname": f"{NAME}\nresolves yes\n",
    "network": "2: eth0    inet 192.168.10.2/16 scope global eth0\n",
    "swap": sample("swap/none"),
    "clocks": sample("clocks/nano-pinned"),
    "power_mode": sample("power_mode/nano-fan"),
    "docker": sample("docker/pinned"),
    "daemon_json": sample("daemon_json/good"),
    "nfs_mounts": "mounts\nfstab\n192.168.10.1:/nfs/images /mnt nfs ro,hard\n",
    "platform": "arch aarch64\nkernel 4.9.253-tegra\n# R32 (release), REVISION: 7.1, GCID: 1, BOARD: t210ref\nwords nvidia,tegra210\n",
}
MOUNTS = "mount /dev/mmcblk0p1 / ext4\nmount 192.168.10.1:/nfs/images /mnt nfs\n"


def boot(number: int, mounts: str = MOUNTS, state: str = "running") -> Boot:
    """Give the first boot, or the second."""
    found = parse_boot(f"boot {IDS[number]}\nstate {state}\n{mounts}end\n")
    assert found is not None
    return found


def facts(**printed: str) -> NodeFacts:
    """Give the board's facts; what is named prints otherwise."""
    outputs = {name: asdict(Output(text)) for name, text in (PRINTED | printed).items()}
    silent: dict[str, Any] = {"reach": {}, "outputs": {}}
    raw = dict.fromkeys(INVENTORY.nodes, silent) | {NAME: {"reach": {}, "outputs": outputs}}
    return parse_nodes(raw, INVENTORY)[NAME]


def node_object(ready: bool = True, labels: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    """Give its Node object."""
    return {
        "metadata": {"name": NAME, "labels": {"kubernetes.io/hostname": NAME, "node-type": "worker"} | (labels or {})},
        "spec": more.get("spec", {}),
        "status": {
            "addresses": [{"type": "InternalIP", "address": more.get("address", "192.168.10.2")}],
            "conditions": [{"type": "Ready", "status": str(ready), "message": "container runtime is down"}],
            "nodeInfo": {"bootID": more.get("boot_id", IDS[0])},
        },
    }


def member(**given: Any) -> Member:
    """Read that object."""
    return parse_member(node_object(**given))


def rebooted(**changed: Any) -> Rebooted:
    """Give a node that is after its reboot what it was before, but for the fields that are named."""
    whole = {
        "node": NAME, "complaint": "", "before": facts(), "boot": boot(0), "member": member(), "after": facts(),
        "boot_after": boot(1), "member_after": member(), "not_ready": "",
    }  # fmt: skip
    return blank(Rebooted, "not told", **whole | changed)
