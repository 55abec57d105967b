"""A node's facts together. Each module declares its own share, so that a new fact touches that module alone."""

from __future__ import annotations

from dataclasses import dataclass

from edgeproof.facts.node.answers import AnswersFacts
from edgeproof.facts.node.clock import ClockFacts
from edgeproof.facts.node.clocks import ClocksFacts
from edgeproof.facts.node.disk import DiskFacts
from edgeproof.facts.node.host_keys import HostKeysFacts
from edgeproof.facts.node.identity import IdentityFacts
from edgeproof.facts.node.k3s import K3sFacts, Membership
from edgeproof.facts.node.k3s_log import K3sLog, K3sLogFacts
from edgeproof.facts.node.kernel import KernelFacts
from edgeproof.facts.node.links import Link, LinksFacts
from edgeproof.facts.node.network import NetworkFacts
from edgeproof.facts.node.network_policy import NetworkPolicyFacts
from edgeproof.facts.node.nfs_mounts import NfsMountsFacts
from edgeproof.facts.node.over_current import OverCurrentFacts
from edgeproof.facts.node.packet_filter import PacketFilterFacts
from edgeproof.facts.node.ports import PortsFacts
from edgeproof.facts.node.power import PowerFacts
from edgeproof.facts.node.power_rails import PowerRailsFacts
from edgeproof.facts.node.reboot import RebootFacts
from edgeproof.facts.node.runtime import RuntimeFacts
from edgeproof.facts.node.storage import StorageFacts
from edgeproof.facts.node.sudo import Sudo
from edgeproof.facts.node.system import SystemFacts
from edgeproof.facts.node.thermal import ThermalFacts
from edgeproof.facts.node.versions import VersionsFacts
from edgeproof.facts.observed import Blocked, Facts
from edgeproof.facts.reach import Reach
from edgeproof.inventory import Inventory, Kind, Node


@dataclass(frozen=True, repr=False)
class Fleet(Facts):
    """What this node is compared with: what most of its like have, and which of the others it does not reach.

    `branch` is that of its own L4T release, `usual_branch` that of most boards with its SoC; `usual_mtu` the MTU of most nodes in its network;
    `most_memory_bytes` is the most that any board with its module has. `clock_off_by_s` is by how much its clock surely differs from the one with which most agree, this machine's among them.
    """

    branch: str
    usual_branch: str
    silent_peers: tuple[str, ...]
    same_hostname: tuple[str, ...]
    same_machine_id: tuple[str, ...]
    clock_off_by_s: float
    same_host_key: tuple[str, ...]
    same_mac: tuple[str, ...]
    usual_mtu: int
    most_memory_bytes: int
    worker_image_id: str


@dataclass(frozen=True, repr=False)
class ShutPorts(Facts):
    """The servers that listen and that others get through to, and this node does not: the API's, and the NFS server."""

    api: tuple[str, ...]
    nfs: tuple[str, ...]


@dataclass(frozen=True, repr=False)
class NodeFacts(
    IdentityFacts,
    ClockFacts,
    HostKeysFacts,
    NetworkFacts,
    LinksFacts,
    AnswersFacts,
    PortsFacts,
    SystemFacts,
    PowerFacts,
    PowerRailsFacts,
    ClocksFacts,
    ThermalFacts,
    DiskFacts,
    OverCurrentFacts,
    RebootFacts,
    KernelFacts,
    RuntimeFacts,
    VersionsFacts,
    StorageFacts,
    NfsMountsFacts,
    K3sFacts,
    K3sLogFacts,
    NetworkPolicyFacts,
    PacketFilterFacts,
):
    """All that was observed of one node. `declared` is what the inventory says of it."""

    name: str
    declared: Node
    reach: Reach
    sudo: Sudo
    fleet: Fleet
    membership: Membership
    shut: ShutPorts

    @property
    def kind(self) -> Kind:
        """What machine it is: as declared, else as it shows itself; blocked where it has not told."""
        return self.declared.kind or self.platform.kind

    @property
    def link(self) -> Link:
        """The interface that holds its address; blocked where none does."""
        name = self.network.interface_of(str(self.declared.address))
        if not name:
            raise Blocked(f"{self.declared.address} is on no interface (see the check address)")
        return self.links.of(name)

    def way_out(self, inventory: Inventory) -> str:
        """Say which way its default route must lead: to the gateway, on the interface of its address; as it does, without a gateway.

        An address that lies on no card (lo, a dummy) is reached over any. Blocked where the gateway is silent, and another is used.
        """
        route, gateway = self.network.default_route, inventory.network.gateway
        if gateway is None:
            return route.way
        holder = self.network.interface_of(str(self.declared.address))
        if not holder:
            raise Blocked(f"{self.declared.address} is on no interface (see the check address)")
        if route.interface == holder and gateway not in self.answers.there:
            raise Blocked(f"the gateway {gateway} does not answer (see the check subnet)")
        return f"{gateway} on {route.interface if holder == 'lo' or holder.startswith('dummy') else holder}"

    @property
    def slow_ports(self) -> tuple[Link, ...]:
        """The ports under its address that run slower than 1000 Mb/s full duplex, though they can do more."""
        return self.links.slow_below(self.link.name)

    @property
    def datastore(self) -> K3sLog:
        """What the journal of a K3s server tells of its datastore; blocked where K3s does not run as one."""
        if "server" not in self.k3s.role:
            raise Blocked(f"K3s does not run as a server on {self.name} (see the check services)")
        return self.k3s_log

    def __repr__(self) -> str:
        return self.name
