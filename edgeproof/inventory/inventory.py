"""The inventory's models: frozen, validated, the mission's values as defaults."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator


def _expand(path: Path) -> Path:
    return path.expanduser()


def _text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _off(value: object) -> object:
    """YAML 1.1 reads a bare off as false."""
    return "off" if value is False else value


UserPath = Annotated[Path, AfterValidator(_expand)]
Role = Literal["server", "agent", "both"]
Kind = Literal["jetson", "nvidia", "other"]
GpuWay = Literal["default-runtime", "runtime-class", "cdi", "device-plugin"]
ANY = "any"
"""The value that asks nothing: the check is skipped as not required by cluster.yaml."""

MISSION_TAINT = "node-role.kubernetes.io/master=true:NoSchedule"
MISSION_LABEL = "node-type=worker"


class Misplaced(ValueError):
    """A value that contradicts another one; `place` is where it stands, as keys from the top."""

    def __init__(self, message: str, *place: str) -> None:
        super().__init__(message)
        self.place = place


class Model(BaseModel):
    """Frozen; a key it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Power(Model):
    """The power mode (max, an id or a name of `nvpmodel`, any), and whether jetson_clocks must have pinned the clocks.

    `max` is the fastest mode of the node's own nvpmodel.conf: on a Nano the mission's 0.
    """

    mode: Annotated[str, BeforeValidator(_text)] = Field(default="max", pattern=r"^[A-Za-z0-9_]+$")
    clocks: Literal["pinned", "free", "any"] = "pinned"


class Node(Model):
    """One machine. `name` is its key under `nodes:`; `node_name` what Kubernetes calls it, where that differs.

    A node of role both is a server that takes workloads too. Without `kind`, the node is taken for what it is.
    """

    name: str = Field(
        default="",
        max_length=253,
        pattern=r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*$",
    )
    address: IPv4Address
    role: Role
    user: str | None = None
    port: int | None = Field(default=None, ge=1, le=65535)
    jump: str | None = None
    kind: Kind | None = None
    power: Power | None = None
    node_name: str | None = None

    @property
    def member_name(self) -> str:
        """The name of its Node object, as declared."""
        return self.node_name or self.name

    @property
    def is_server(self) -> bool:
        """Whether it runs K3s as a server."""
        return self.role != "agent"

    @property
    def takes_work(self) -> bool:
        """Whether workloads run on it."""
        return self.role != "server"


class Ssh(Model):
    """How to log in; what is left out is taken from ~/.ssh/config, the agent and ~/.ssh/known_hosts."""

    user: str = "user"
    port: int = Field(default=22, ge=1, le=65535)
    key: UserPath | None = None
    config: UserPath = Path("~/.ssh/config").expanduser()
    known_hosts: UserPath = Path("~/.ssh/known_hosts").expanduser()
    jump: str | None = None


class Network(Model):
    """The nodes' own network; `offline: true` says that the DNS servers need not answer.

    `addresses: any` lets a node have its address by a lease, e.g. one that the DHCP server keeps for it.
    """

    gateway: IPv4Address = IPv4Address("192.168.0.1")
    prefix: int = Field(default=16, ge=8, le=30)
    dns: tuple[IPv4Address, ...] = (IPv4Address("8.8.8.8"),)
    offline: bool = False
    addresses: Literal["static", "any"] = "static"


class Kubernetes(Model):
    """The cluster; without `kubeconfig` the field's usual places are tried.

    `endpoint` is the address or name that stands for all servers (a virtual address, a load balancer), if there is one.
    `gpu` is how a pod gets the GPU; without it, the way is found out.
    """

    distribution: Literal["k3s"] = "k3s"
    runtime: Literal["docker", "containerd"] = "docker"
    pod_cidr: IPv4Network = IPv4Network("10.42.0.0/16")
    service_cidr: IPv4Network = IPv4Network("10.43.0.0/16")
    kubeconfig: UserPath | None = None
    context: str | None = None
    endpoint: str = ""
    gpu: GpuWay | None = None


class Scheduling(Model):
    """The taint that keeps workloads off servers (KEY=VALUE:EFFECT), the label that draws them to agents (KEY=VALUE); or any."""

    taint: str = Field(
        default=MISSION_TAINT, pattern=r"^(any|[^=:\s]+(=[^=:\s]*)?:(NoSchedule|NoExecute|PreferNoSchedule))$"
    )
    label: str = Field(default=MISSION_LABEL, pattern=r"^(any|[^=\s]+=[^=\s]*)$")


class System(Model):
    """Whether swap and the desktop must be off, or may be as they are."""

    swap: Annotated[Literal["off", "any"], BeforeValidator(_off)] = "off"
    desktop: Annotated[Literal["off", "any"], BeforeValidator(_off)] = "off"


class Storage(Model):
    """The NFS export; `server` is a node's name, or the address or name of a machine outside the cluster.

    The server node where it is left out. `storage: none` says that there is no export: `absent`.
    """

    server: str = Field(default="", pattern=r"^[A-Za-z0-9]?[-.:A-Za-z0-9]*$")
    export: str = Field(default="/nfs/images", pattern=r"^/")
    options: frozenset[str] = frozenset({"rw", "sync", "no_subtree_check", "no_root_squash"})
    absent: bool = Field(default=False, exclude=True)


class Images(Model):
    """The container images that checks and workloads run."""

    worker: str = "jetson-inference:v1"
    worker_base: str = "nvcr.io/nvidia/l4t-pytorch:r32.7.1-pth1.10-py3"
    device_query: str = "jitteam/devicequery"
    gpu_verify: str = "nvcr.io/nvidia/l4t-tensorflow:r32.7.1-tf2.7-py3"
    test_pod: str = "busybox:latest"


class Workload(Model):
    """The two jobs: how many synthetic images in all, the dataset's folder (the export when left out), the weights.

    `weights` is pretrained, random (seeded), or a file on this machine.
    """

    synthetic_images: int = Field(default=120, ge=1)
    dataset: str = Field(default="", pattern=r"^(/|$)")
    weights: str = "pretrained"
    profile: Literal["tuned", "seed"] = "tuned"


class Waiver(Model):
    """A failure that the owner accepts: of one check, on some nodes (on all where none is named), why, and until when."""

    check: str = Field(pattern=r"^[a-z0-9_]+$")
    nodes: tuple[str, ...] = ()
    reason: str = Field(min_length=1)
    until: date | None = None

    def covers(self, check: str, node: str) -> bool:
        """Tell whether it speaks of this check on this node."""
        return self.check == check and (not self.nodes or node in self.nodes)


class Inventory(Model):
    """The whole of cluster.yaml."""

    nodes: dict[str, Node]
    ssh: Ssh = Ssh()
    network: Network = Network()
    kubernetes: Kubernetes = Kubernetes()
    power: Power = Power()
    scheduling: Scheduling = Scheduling()
    system: System = System()
    storage: Storage = Storage()
    images: Images = Images()
    workload: Workload = Workload()
    accept: tuple[Waiver, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _name_nodes(cls, data: object) -> object:
        if not isinstance(data, dict):
            return data
        if data.get("storage", ...) == "none":
            data = {**data, "storage": {"absent": True}}
        if not isinstance(data.get("nodes"), dict):
            return data
        named = {
            key: {**value, "name": str(key)} if isinstance(value, dict) and "name" not in value else value
            for key, value in data["nodes"].items()
        }
        return {**data, "nodes": named}

    @model_validator(mode="after")
    def _check_nodes(self) -> Inventory:
        if not self.nodes:
            raise Misplaced("no nodes: name at least one, e.g. user-desktop: {address: …, role: server}", "nodes")
        if not self.servers:
            raise Misplaced("no node has role: server (or both)", "nodes")
        seen: dict[IPv4Address, str] = {}
        names: dict[str, str] = {}
        for node in self.nodes.values():
            if node.address in seen:
                raise Misplaced(
                    f"{node.name} and {seen[node.address]} have the same address {node.address}", "nodes", node.name
                )
            if node.member_name in names:
                raise Misplaced(
                    f"{node.name} and {names[node.member_name]} are the same node {node.member_name}",
                    "nodes",
                    node.name,
                )
            seen[node.address] = names[node.member_name] = node.name
        return self

    @model_validator(mode="after")
    def _check_networks(self) -> Inventory:
        first = next(iter(self.nodes.values()))
        own = IPv4Network(f"{first.address}/{self.network.prefix}", strict=False)
        if self.network.gateway not in own:
            given = "" if "gateway" in self.network.model_fields_set else " (the default)"
            raise Misplaced(
                f"the gateway {self.network.gateway}{given} is not in the nodes' network {own}: name the nodes' own gateway, or "
                "another prefix",
                "network", "gateway",
            )  # fmt: skip
        for key in ("pod_cidr", "service_cidr"):
            span: IPv4Network = getattr(self.kubernetes, key)
            inside = next((node for node in self.nodes.values() if node.address in span), None)
            if inside is not None:
                raise Misplaced(
                    f"{inside.address} lies in the {'pods' if key == 'pod_cidr' else 'services'}' own range {span}: the node's network "
                    "dies when K3s starts; give the nodes other addresses, or K3s another range",
                    "nodes", inside.name, "address",
                )  # fmt: skip
        return self

    @model_validator(mode="after")
    def _check_names(self) -> Inventory:
        server = self.storage.server
        if server and server not in self.nodes and "." not in server and ":" not in server:
            raise Misplaced(
                f"{server} is no node of this file; a server outside the cluster is named by its address or its full name",
                "storage", "server",
            )  # fmt: skip
        if self.workload.dataset and not self._below_export(self.workload.dataset):
            raise Misplaced(
                f"{self.workload.dataset} is not in the export {self.storage.export}", "workload", "dataset"
            )
        for waiver in self.accept:
            for name in waiver.nodes:
                if name not in self.nodes and name != "cluster":
                    raise Misplaced(f"accept: {waiver.check}: {name} is no node of this file", "accept")
        return self

    def _below_export(self, path: str) -> bool:
        export = PurePosixPath(self.storage.export)
        return ".." not in PurePosixPath(path).parts and PurePosixPath(path).is_relative_to(export)

    @property
    def dataset(self) -> str:
        """The folder of the images, as the NFS server names it."""
        return self.workload.dataset or self.storage.export

    @property
    def dataset_in_export(self) -> str:
        """The same folder, as seen from the export: '.' where it is the export itself."""
        return str(PurePosixPath(self.dataset).relative_to(self.storage.export))

    @cached_property
    def servers(self) -> tuple[Node, ...]:
        """The nodes that run K3s as a server, in the file's order."""
        return tuple(node for node in self.nodes.values() if node.is_server)

    @cached_property
    def server(self) -> Node:
        """The first of the servers: where images are built, and whose address stands in examples."""
        return self.servers[0]

    @cached_property
    def agents(self) -> tuple[Node, ...]:
        """The nodes that take workloads (roles agent and both), in the file's order."""
        return tuple(node for node in self.nodes.values() if node.takes_work)

    @cached_property
    def nfs_node(self) -> Node | None:
        """The node that exports the images; None where a machine outside the cluster does, or nobody."""
        if self.storage.absent:
            return None
        return self.nodes.get(self.storage.server) if self.storage.server else self.server

    @property
    def nfs_server(self) -> Node:
        """The node that exports the images."""
        return self.nfs_node or self.server

    @property
    def nfs_address(self) -> str:
        """The address or name of the machine that exports the images."""
        return str(self.nfs_node.address) if self.nfs_node else self.storage.server

    def power_of(self, node: Node) -> Power:
        """Give what a node's power must be: its own, else the cluster's."""
        return node.power or self.power
