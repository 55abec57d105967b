"""Node objects as the API tells them, and which board of the inventory each of them is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from edgeproof.facts.cluster.parse import moment, number, pairs, part, parts, text
from edgeproof.facts.cluster.quantities import amounts
from edgeproof.facts.cluster.taints import Taint, taints_of
from edgeproof.facts.observed import Facts, reason, unobserved
from edgeproof.inventory import Inventory, Node

PRESSURES = ("MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable")
"""Conditions that are faults where they are true. Others may mean anything: K3s has EtcdIsVoter, add-ons have their own."""

GPU = "nvidia.com/gpu"
HOSTNAME = "kubernetes.io/hostname"
K3S_ADDRESSES = "k3s.io/internal-ip"
FLANNEL = "flannel.alpha.coreos.com/"


@dataclass(frozen=True, repr=False)
class Member(Facts):
    """One Node object. `name` is Kubernetes' own name of it, `hostname` the one by which pods choose it.

    `allocatable` is how much of each resource pods may have: cores, bytes, pods, GPUs; `ready_since`
    when its Ready condition last changed, None where that is not told; `boot_id` is that of the boot of which its kubelet last told.
    """

    name: str
    hostname: str
    hostnames: frozenset[str]
    ready: bool
    why_not_ready: str
    addresses: tuple[str, ...]
    flannel_address: str
    flannel_backend: str
    architecture: str
    kubelet: str
    runtime_version: str
    taints: tuple[Taint, ...]
    labels: frozenset[str]
    pressures: tuple[str, ...]
    cordoned: bool
    gpus: int
    allocatable: Mapping[str, Fraction]
    ready_since: datetime | None = None
    boot_id: str = ""

    def __repr__(self) -> str:
        return self.name

    @property
    def runtime(self) -> str:
        """Name what runs its containers, as docker or containerd."""
        return self.runtime_version.partition("://")[0]

    @property
    def is_ready(self) -> bool:
        """Whether it is known to be Ready."""
        return reason(self, "ready") is None and self.ready

    @property
    def is_under_pressure(self) -> bool:
        """Whether it is known that its kubelet tells of a pressure."""
        return reason(self, "pressures") is None and bool(self.pressures)

    def has_address_of(self, node: Node) -> bool:
        """Tell whether this is registered under a board's declared address."""
        return reason(self, "addresses") is None and str(node.address) in self.addresses


def parse_member(node: dict[str, Any]) -> Member:
    """Read a Node object; what it does not tell is unobserved."""
    metadata, spec, status = (part(node, name) for name in ("metadata", "spec", "status"))
    conditions = {text(c, "type"): c for c in parts(status, "conditions")}
    labels, annotations, info = part(metadata, "labels"), part(metadata, "annotations"), part(status, "nodeInfo")
    name, ready = text(metadata, "name"), conditions.get("Ready")
    own_names = {text(a, "address") for a in parts(status, "addresses") if text(a, "type") == "Hostname"}
    return Member(
        name=name,
        hostname=text(labels, HOSTNAME) or name,
        hostnames=frozenset(own_names | {text(labels, HOSTNAME)}) - {""},
        ready=_told(ready and text(ready, "status") == "True", "Ready condition"),
        why_not_ready=text(ready or {}, "message")[:200],
        addresses=_addresses(status, annotations) or unobserved("the Node object has no InternalIP"),
        flannel_address=text(annotations, f"{FLANNEL}public-ip-overwrite") or text(annotations, f"{FLANNEL}public-ip"),
        flannel_backend=text(annotations, f"{FLANNEL}backend-type"),
        architecture=text(info, "architecture") or text(labels, "kubernetes.io/arch"),
        kubelet=_told(text(info, "kubeletVersion") or None, "kubelet version"),
        runtime_version=_told(text(info, "containerRuntimeVersion") or None, "container runtime"),
        taints=taints_of(spec),
        labels=pairs(labels),
        pressures=tuple(p for p in PRESSURES if text(conditions.get(p, {}), "status") == "True"),
        cordoned=spec.get("unschedulable") is True,
        gpus=number(part(status, "allocatable").get(GPU, 0)),
        allocatable=_told(amounts(part(status, "allocatable")) or None, "list of what is allocatable"),
        ready_since=moment(text(ready or {}, "lastTransitionTime")),
        boot_id=text(info, "bootID"),
    )


def _told(value: Any, what: str) -> Any:
    return unobserved(f"the Node object has no {what}") if value is None else value


def _addresses(status: dict[str, Any], annotations: dict[str, Any]) -> tuple[str, ...]:
    """Give what the node is registered under: of several (dual-stack, NAT) each is its own."""
    found = {
        text(a, "address"): None for a in parts(status, "addresses") if text(a, "type") in ("InternalIP", "ExternalIP")
    }
    found |= dict.fromkeys(word.strip() for word in text(annotations, K3S_ADDRESSES).split(","))
    return tuple(address for address in found if address)


def boards(members: list[Member], inventory: Inventory) -> dict[str, Member]:
    """Give the Node object of each board of the inventory that has one, by the inventory's name.

    Kubernetes may know a board by another name (`--node-name`, `--with-node-id`): the declared one, then the board's own,
    then whichever Node has its address or its hostname.
    """
    left = {member.name: member for member in members}
    found: dict[str, Member] = {}
    for told in ("member_name", "name"):
        for node in inventory.nodes.values():
            name = getattr(node, told)
            if node.name not in found and name in left:
                found[node.name] = left.pop(name)
    for node in inventory.nodes.values():
        member = None if node.name in found else _under_another_name(node, list(left.values()))
        if member is not None:
            found[node.name] = left.pop(member.name)
    return found


def _under_another_name(node: Node, members: list[Member]) -> Member | None:
    """Find a board's Node: of several with its address (older names of it) the one that is Ready."""
    found = [member for member in members if member.has_address_of(node)]
    found += [member for member in members if node.name in member.hostnames]
    return next((member for member in found if member.is_ready), found[0] if found else None)
