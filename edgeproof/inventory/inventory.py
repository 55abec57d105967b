"""The inventory's models: frozen, validated, the mission's values as defaults."""

from __future__ import annotations

from functools import cached_property
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator


def _expand(path: Path) -> Path:
    return path.expanduser()


UserPath = Annotated[Path, AfterValidator(_expand)]
Role = Literal["server", "agent"]


class Model(BaseModel):
    """Frozen; a key it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Node(Model):
    """One board. `name` is its key under `nodes:`."""

    name: str = Field(default="", pattern=r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$")
    address: IPv4Address
    role: Role
    port: int | None = Field(default=None, ge=1, le=65535)


class Ssh(Model):
    """How to log in; what is left out is taken from ~/.ssh/config, the agent and ~/.ssh/known_hosts."""

    user: str = "user"
    port: int = Field(default=22, ge=1, le=65535)
    key: UserPath | None = None
    config: UserPath = Path("~/.ssh/config").expanduser()
    known_hosts: UserPath = Path("~/.ssh/known_hosts").expanduser()
    jump: str | None = None


class Network(Model):
    """The nodes' own network; `offline: true` says that the DNS servers need not answer."""

    gateway: IPv4Address = IPv4Address("192.168.0.1")
    prefix: int = Field(default=16, ge=8, le=30)
    dns: tuple[IPv4Address, ...] = (IPv4Address("8.8.8.8"),)
    offline: bool = False


class Kubernetes(Model):
    """The cluster; without `kubeconfig` the field's usual places are tried."""

    distribution: Literal["k3s"] = "k3s"
    runtime: Literal["docker", "containerd"] = "docker"
    pod_cidr: IPv4Network = IPv4Network("10.42.0.0/16")
    service_cidr: IPv4Network = IPv4Network("10.43.0.0/16")
    kubeconfig: UserPath | None = None
    context: str | None = None


class Power(Model):
    """The power mode's id (`nvpmodel -q`), and whether jetson_clocks must have pinned the clocks."""

    mode: int = Field(default=0, ge=0)
    clocks: Literal["pinned", "free"] = "pinned"


class Storage(Model):
    """The NFS export; `server` is a node's name, the inventory's server node when left out."""

    server: str = ""
    export: str = Field(default="/nfs/images", pattern=r"^/")
    options: frozenset[str] = frozenset({"rw", "sync", "no_subtree_check", "no_root_squash"})


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


class Inventory(Model):
    """The whole of cluster.yaml."""

    nodes: dict[str, Node]
    ssh: Ssh = Ssh()
    network: Network = Network()
    kubernetes: Kubernetes = Kubernetes()
    power: Power = Power()
    storage: Storage = Storage()
    images: Images = Images()
    workload: Workload = Workload()

    @model_validator(mode="before")
    @classmethod
    def _name_nodes(cls, data: object) -> object:
        if not isinstance(data, dict) or not isinstance(data.get("nodes"), dict):
            return data
        named = {
            key: {**value, "name": str(key)} if isinstance(value, dict) and "name" not in value else value
            for key, value in data["nodes"].items()
        }
        return {**data, "nodes": named}

    @model_validator(mode="after")
    def _check_nodes(self) -> Inventory:
        if not self.nodes:
            raise ValueError("no nodes: name at least one, e.g. user-desktop: {address: …, role: server}")
        servers = [node.name for node in self.nodes.values() if node.role == "server"]
        if len(servers) != 1:
            raise ValueError(f"exactly one node has role: server, here {len(servers)} ({', '.join(servers)})")
        seen: dict[IPv4Address, str] = {}
        for node in self.nodes.values():
            if node.address in seen:
                raise ValueError(f"{node.name} and {seen[node.address]} have the same address {node.address}")
            seen[node.address] = node.name
        if self.storage.server and self.storage.server not in self.nodes:
            raise ValueError(f"storage.server is {self.storage.server}, which is no node of this file")
        if self.workload.dataset and not self._below_export(self.workload.dataset):
            raise ValueError(
                f"workload.dataset is {self.workload.dataset}, which is not in the export {self.storage.export}"
            )
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
    def server(self) -> Node:
        """The one node of role server."""
        return next(node for node in self.nodes.values() if node.role == "server")

    @cached_property
    def agents(self) -> tuple[Node, ...]:
        """The nodes of role agent, in the file's order."""
        return tuple(node for node in self.nodes.values() if node.role == "agent")

    @cached_property
    def nfs_server(self) -> Node:
        """The node that exports the images."""
        return self.nodes[self.storage.server] if self.storage.server else self.server
