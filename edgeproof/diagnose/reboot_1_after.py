"""Advice on tests_reboot's layer 1: test_1_after."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from edgeproof.diagnose.advice import Advice, advises, catalogue
from edgeproof.diagnose.node_2_identity import hostname
from edgeproof.diagnose.node_3_network import address
from edgeproof.diagnose.node_4_system import clocks, power_mode, swap
from edgeproof.diagnose.node_5_runtime import docker
from edgeproof.facts.node import NodeFacts
from edgeproof.facts.observed import reason
from edgeproof.inventory import Inventory
from edgeproof.reboot import Rebooted

NFS = ("nfs", "nfs4", "fuse.nfs")


@advises("back", "what was waited for, and what was seen last")
def back(node: NodeFacts, rebooted: Mapping[str, Rebooted]) -> Advice:
    """Nothing more can be seen from here: somebody must look at the board itself."""
    said = rebooted[node.name].complaint
    return Advice(
        f"{node.name} was told to reboot and is {said}",
        f"ping {node.declared.address}   # if it is silent, look at the board: its power LED and supply, its network link, a screen or the serial console"
        " (115200 8N1), where U-Boot, UEFI or fsck may wait for somebody; if it answers: systemctl list-jobs there tells what its stopping waits for, journalctl -b -1 -e what the boot before ended with",
        does="reads",
    )


@advises("hostname_as_before")
def hostname_as_before(node: NodeFacts, rebooted: Mapping[str, Rebooted]) -> Advice:
    """A name that was set for the running system alone."""
    found = rebooted[node.name]
    changed = f"it was called {found.name_before} until the reboot, and is called {found.name_after} now"
    if found.after.hostname.in_full(node.name) != node.name:
        return hostname(found.after).after(f"{changed}, as /etc/hostname, DHCP or cloud-init has it")
    return Advice(
        f"{changed}, as cluster.yaml has it: the other name was set for the running system alone",
        "hostnamectl   # nothing is to be mended, unless K3s has joined under the other name",
        does="reads",
    )


@advises("addresses_as_before")
def addresses_as_before(node: NodeFacts, rebooted: Mapping[str, Rebooted], inventory: Inventory) -> Advice:
    """A lease, or an address that was set by hand until the next boot."""
    found = rebooted[node.name]
    lost = ", ".join(found.addresses_lost)
    dynamic = {f"{held.value} on {held.interface}" for held in found.before.network.addresses if held.dynamic}
    if dynamic & set(found.addresses_lost):
        return address(found.after, inventory).after(f"{lost} was leased, and is gone since the reboot")
    return Advice(
        f"{lost} is gone since the reboot: it was set for the running system (ip address add), and is in no configuration",
        "sudo nmtui   # set it by hand there; where netplan or /etc/network/interfaces has the network, in their files",
        does="changes",
    )


@advises("swap_as_before")
def swap_as_before(node: NodeFacts, rebooted: Mapping[str, Rebooted]) -> Advice:
    """What makes it at boot is what tests_node looks for."""
    return swap(rebooted[node.name].after)


@advises("power_mode_as_before")
def power_mode_as_before(node: NodeFacts, rebooted: Mapping[str, Rebooted], inventory: Inventory) -> Advice:
    """The service that sets it has failed; or the mode was never kept."""
    found = rebooted[node.name]
    if found.after.power_mode.said:
        return power_mode(found.after, inventory)
    was = found.mode_before
    return Advice(
        f"the board was in power mode {was} until the reboot, and is in {found.mode_after} now",
        f"sudo nvpmodel -m {'MODE' if was.id is None else was.id}; systemctl status nvpmodel; cat /var/lib/nvpmodel/status   # nvpmodel keeps the mode there for the next boot",
        does="restarts",
    )


@advises("clocks_as_before")
def clocks_as_before(node: NodeFacts, rebooted: Mapping[str, Rebooted]) -> Advice:
    """Nothing pins them at boot, or what does has not."""
    return clocks(rebooted[node.name].after)


@advises("mounts_as_before")
def mounts_as_before(node: NodeFacts, rebooted: Mapping[str, Rebooted]) -> Advice:
    """One that /etc/fstab names was tried too early, or its server was silent; another was mounted by hand."""
    found = rebooted[node.name]
    lost = found.mounts_lost[0]
    words = f"{', '.join(map(str, found.mounts_lost))} is not mounted since the reboot"
    place = shlex.quote(lost.place)
    if reason(found.after, "nfs_mounts") is None and reason(found.after.nfs_mounts, "written") is None:
        written = {line.place for line in found.after.nfs_mounts.written}
        if lost.type in NFS and lost.place in written:
            return catalogue("nfs-mount-lost", node=node.name, path=place).after(words)
    return Advice(
        f"{words}: it was mounted by hand, or by something that did not run at this boot",
        f"findmnt --fstab {place}; systemctl --failed --type=mount   # on {node.name}: where nothing names it, add a line to /etc/fstab, with nofail and, for NFS, _netdev",
        does="reads",
    )


@advises("runtime_as_before")
def runtime_as_before(node: NodeFacts, rebooted: Mapping[str, Rebooted]) -> Advice:
    """Docker does not run, or is not told to start at boot; else a setting that was never written down."""
    found = rebooted[node.name]
    changes = "; ".join(found.runtime_changes)
    if reason(found.after, "docker") is None and (found.after.docker.active, found.after.docker.enabled) != (
        "active",
        "enabled",
    ):
        return docker(found.after).after(changes)
    return Advice(
        f"{changes}: it ran with settings that its files no longer have, and has read them anew",
        "docker info --format '{{.DefaultRuntime}}'; cat /etc/docker/daemon.json   # on containerd: edgeproof node -k containerd",
        does="reads",
    )


@advises("membership_as_before", "what is otherwise of the Node object, or why it is not Ready")
def membership_as_before(node: NodeFacts, rebooted: Mapping[str, Rebooted]) -> Advice:
    """K3s has not come up again; or something that starts with the node writes to its object."""
    found = rebooted[node.name]
    changes = "; ".join(found.membership_changes)
    if found.not_ready:
        return Advice(
            f"{node.name} is {changes}",
            f"edgeproof cluster -k 'services or nodes'; systemctl is-enabled k3s k3s-agent; sudo journalctl -b -u 'k3s*' -n 30   # the latter on {node.name}",
            does="reads",
        )
    return Advice(
        f"since its reboot {node.name} is {changes}: the API server keeps these, so something that starts with the node has written them",
        f"kubectl get node {found.member.name} -o yaml --show-managed-fields   # manager: names who wrote what",
        does="reads",
    )
