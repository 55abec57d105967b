"""The whole of cluster.yaml, and what its sections must not contradict."""

from __future__ import annotations

from functools import cached_property
from ipaddress import IPv4Address, IPv4Network
from pathlib import PurePosixPath

from pydantic import Field, model_validator

from edgeproof.inventory.sections import (
    Images,
    Kubernetes,
    Model,
    Network,
    Node,
    Power,
    Scheduling,
    Ssh,
    Storage,
    System,
    Waiver,
    Workload,
)

WHOLE_CLUSTER = "cluster"
"""Stands in a waiver for the checks that judge no single node."""


class Misplaced(ValueError):
    """A value that contradicts another one; `place` is where it stands, as keys from the top."""

    def __init__(self, message: str, *place: str) -> None:
        super().__init__(message)
        self.place = place


class Inventory(Model):
    """The whole of cluster.yaml."""

    nodes: dict[str, Node]
    ssh: Ssh = Field(default_factory=Ssh)
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
        if self.network.gateway is not None and self.network.gateway not in own:
            given = "" if "gateway" in self.network.model_fields_set else " (the default)"
            raise Misplaced(
                f"the gateway {self.network.gateway}{given} is not in the nodes' network {own}: name the nodes' own gateway (none, "
                "if they have none there), or another prefix",
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
                f"{server} is not a node in this file; a server outside the cluster is named by its address or its full name",
                "storage", "server",
            )  # fmt: skip
        if self.workload.dataset and not self._below_export(self.workload.dataset):
            raise Misplaced(
                f"{self.workload.dataset} is not in the export {self.storage.export}", "workload", "dataset"
            )
        for waiver in self.accept:
            for name in waiver.nodes:
                if name not in self.nodes and name != WHOLE_CLUSTER:
                    raise Misplaced(f"accept: {waiver.check}: {name} is not a node in this file", "accept")
        return self

    def _below_export(self, path: str) -> bool:
        export = PurePosixPath(self.storage.export)
        return ".." not in PurePosixPath(path).parts and PurePosixPath(path).is_relative_to(export)

    def waiver_of(self, check: str, node: str) -> Waiver | None:
        """Give what accepts a failure of this check on this node; None where nothing does."""
        return next((waiver for waiver in self.accept if waiver.check == check and node in waiver.nodes), None)

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

    @property
    def endpoint(self) -> str:
        """The address or name of the API server: of what stands for all servers, if that is declared, else of the first."""
        return self.kubernetes.endpoint or str(self.server.address)

    @cached_property
    def agents(self) -> tuple[Node, ...]:
        """The nodes that take workloads (roles agent and both), in the file's order."""
        return tuple(node for node in self.nodes.values() if node.takes_work)

    @cached_property
    def nfs_node(self) -> Node | None:
        """The node that exports the images; None where a machine outside the cluster does, or nobody."""
        if self.storage.absent:
            return None
        named = self.storage.server or self.server.name
        return next((node for node in self.nodes.values() if named in (node.name, str(node.address))), None)

    @property
    def nfs_address(self) -> str:
        """The address or name of the machine that exports the images."""
        return str(self.nfs_node.address) if self.nfs_node else self.storage.server

    @property
    def nfs_server(self) -> str:
        """What the machine that exports the images is called: its name where it is a node, else its address."""
        return self.nfs_node.name if self.nfs_node else self.nfs_address

    def power_of(self, node: Node) -> Power:
        """Give what a node's power must be: its own, else the cluster's."""
        return node.power or self.power
