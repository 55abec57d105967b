"""The sections of cluster.yaml: frozen, validated, the mission's values as defaults."""

from __future__ import annotations

from datetime import date
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field


def _expand(path: Path) -> Path:
    return path.expanduser()


def _text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _off(value: object) -> object:
    """YAML 1.1 reads a bare off as false."""
    return "off" if value is False else value


def _none(value: object) -> object:
    return None if value == "none" else value


UserPath = Annotated[Path, AfterValidator(_expand)]
Role = Literal["server", "agent", "both"]
Kind = Literal["jetson", "nvidia", "other"]
GpuWay = Literal["default-runtime", "runtime-class", "cdi", "device-plugin"]
ANY = "any"
"""Stands for a thing that may be as it is."""

NOT_REQUIRED = "not required by cluster.yaml"
"""Why such a thing is not judged."""

MISSION_TAINT = "node-role.kubernetes.io/master=true:NoSchedule"
MISSION_LABEL = "node-type=worker"


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
    def k3s_role(self) -> Literal["server", "agent"]:
        """How K3s runs on it."""
        return "server" if self.is_server else "agent"

    @property
    def takes_work(self) -> bool:
        """Whether workloads run on it."""
        return self.role != "server"


class Ssh(Model):
    """How to log in; what is left out is taken from ~/.ssh/config, the agent and ~/.ssh/known_hosts."""

    user: str = "user"
    port: int = Field(default=22, ge=1, le=65535)
    key: UserPath | None = None
    config: UserPath = Field(default=Path("~/.ssh/config"), validate_default=True)
    known_hosts: UserPath = Field(default=Path("~/.ssh/known_hosts"), validate_default=True)
    jump: str | None = None


class Network(Model):
    """The nodes' own network; `offline: true` says that the DNS servers need not answer.

    `addresses: any` lets a node have its address by a lease, e.g. one that the DHCP server keeps for it. `gateway: none` says that
    this network leads nowhere: the boards go out another way (Wi-Fi), or not at all.
    """

    gateway: Annotated[IPv4Address | None, BeforeValidator(_none)] = IPv4Address("192.168.0.1")
    prefix: int = Field(default=16, ge=8, le=30)
    dns: tuple[IPv4Address, ...] = (IPv4Address("8.8.8.8"),)
    offline: bool = False
    addresses: Literal["static", "any"] = "static"

    @property
    def gateways(self) -> tuple[IPv4Address, ...]:
        """The gateway, or none."""
        return () if self.gateway is None else (self.gateway,)


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

    The server node where it is left out. `storage: none` says that there is no export: `absent`. `options` are the export's own,
    `mount_options` those that agents mount it with, as the PersistentVolume's (nfs(5)).
    """

    server: str = Field(default="", pattern=r"^[A-Za-z0-9]?[-.:A-Za-z0-9]*$")
    export: str = Field(default="/nfs/images", pattern=r"^/")
    options: frozenset[str] = frozenset({"rw", "sync", "no_subtree_check", "no_root_squash"})
    mount_options: tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9_]+(=[-.:\w]+)?$")], ...] = ("hard",)
    absent: bool = Field(default=False, exclude=True)


ImageKind = Annotated[str, Field(pattern=r"^(L4T \d{2}|amd64|arm64)$")]


class Images(Model):
    """The container images that checks and workloads run.

    `worker_base` is what the worker's image is built on: one for all machines, or one by L4T's first number, or by architecture for
    machines without L4T. Without it, or for others, it is the one that docs/worker.md names for them.
    """

    worker: str = "jetson-inference:v1"
    worker_base: str | dict[ImageKind, str] | None = None
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
    """A failure that the owner accepts: of one check, on those nodes (`cluster` for a check of the whole), why, and until when.

    `until` is the last day on which it holds.
    """

    check: str = Field(pattern=r"^[a-z0-9_]+$")
    nodes: tuple[str, ...] = Field(min_length=1)
    reason: str = Field(min_length=1)
    until: date | None = None

    def has_ended(self, today: date) -> bool:
        """Tell whether its last day is over."""
        return self.until is not None and self.until < today
