"""A node before and after its reboot, and what has become otherwise; pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from edgeproof.facts.cluster.members import Member
from edgeproof.facts.node import NodeFacts
from edgeproof.facts.node.network import OVERLAYS
from edgeproof.facts.node.power import Mode
from edgeproof.facts.node.system import SwapDevice
from edgeproof.facts.observed import Facts, NotApplicable, reason
from edgeproof.reboot.boot import Boot, Mount


@dataclass(frozen=True, repr=False)
class Rebooted(Facts):
    """One node that was told to reboot. `complaint` says why it is not back, '' where it is; what was asked after that is unobserved otherwise.

    `member` and `member_after` are its Node objects; `not_ready` says why the node is not Ready again, '' where it is.
    """

    node: str
    complaint: str
    before: NodeFacts
    boot: Boot
    member: Member
    after: NodeFacts
    boot_after: Boot
    member_after: Member
    not_ready: str

    @property
    def swap_gained(self) -> tuple[SwapDevice, ...]:
        """Swap that was not in use before."""
        had = {device.name for device in self.before.swap.devices}
        return tuple(device for device in self.after.swap.devices if device.name not in had)

    @property
    def clocks_lost(self) -> tuple[str, ...]:
        """The parts whose clocks were pinned before, and are not now."""
        pinned = self.before.clocks.pinned
        return tuple(part for part in pinned if part not in self.after.clocks.pinned)

    @property
    def mode_before(self) -> Mode:
        """The power mode that the board was in."""
        return self.before.power_mode.present

    @property
    def mode_after(self) -> Mode:
        """The power mode that it is in now."""
        return self.after.power_mode.present

    @property
    def mounts_lost(self) -> tuple[Mount, ...]:
        """What was mounted before and is not now, nor waits to be mounted when somebody goes there."""
        places = {mount.place for mount in self.boot_after.mounts}
        waiting = set() if reason(self.after, "nfs_mounts") else set(self.after.nfs_mounts.automounts)
        return tuple(mount for mount in self.boot.mounts if mount.place not in places | waiting)

    @property
    def runtime_changes(self) -> tuple[str, ...]:
        """What is otherwise of Docker, where the pods run on it, else of containerd."""
        return tuple(self._of_docker() if reason(self.before, "containerd") else self._of_containerd())

    def _of_docker(self) -> Iterator[str]:
        was, now = self.before.docker, self.after.docker
        if was.active != now.active:
            yield f"Docker was {was.active}, and is {now.active}"
        elif reason(was, "default_runtime") is None and was.default_runtime != now.default_runtime:
            yield f"the default runtime was {was.default_runtime}, and is {now.default_runtime}"

    def _of_containerd(self) -> Iterator[str]:
        was, now = self.before.containerd, self.after.containerd
        if was.default_runtime != now.default_runtime:
            yield f"the default runtime was {was.default_runtime}, and is {now.default_runtime}"
        if lost := sorted({each.name for each in was.runtimes} - {each.name for each in now.runtimes}):
            yield f"containerd has no runtime {', '.join(lost)} any more"

    @property
    def membership_changes(self) -> tuple[str, ...]:
        """What is otherwise of the node in the cluster: whether it is Ready, its addresses, labels and taints."""
        if not self.member.is_ready:
            raise NotApplicable(f"{self.node} was not Ready before")
        return (self.not_ready,) if self.not_ready else tuple(_of_member(self.member, self.member_after))

    @property
    def addresses_lost(self) -> tuple[str, ...]:
        """The addresses of its cards that it had before, and has not now."""
        return tuple(sorted(set(_addresses(self.before)) - set(_addresses(self.after))))

    @property
    def name_before(self) -> str:
        """What `hostname` printed before."""
        return self.before.hostname.name

    @property
    def name_after(self) -> str:
        """What `hostname` prints now."""
        return self.after.hostname.name


def _addresses(facts: NodeFacts) -> Iterator[str]:
    """Name the addresses on cards; those of bridges and tunnels of pods come with K3s."""
    for held in facts.network.addresses:
        if not OVERLAYS.fullmatch(held.interface):
            yield f"{held.value} on {held.interface}"


def _of_member(was: Member, now: Member) -> Iterator[str]:
    if lost := sorted(was.labels - now.labels):
        yield f"without the label {', '.join(lost)}"
    settled, present = ({taint for taint in each.taints if taint.is_set_by_somebody} for each in (was, now))
    if gone := sorted(map(str, settled - present)):
        yield f"without the taint {', '.join(gone)}"
    if gained := sorted(map(str, present - settled)):
        yield f"with the taint {', '.join(gained)}"
    if set(was.addresses) != set(now.addresses):
        yield f"registered under {', '.join(now.addresses)}, before under {', '.join(was.addresses)}"
