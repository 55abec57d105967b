"""Docker, its configuration and its running daemon, or containerd; the GPU in a container; the images a node has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from edgeproof.facts.node.runtime.cdi import CDI, Cdi, read_by, wanted_device
from edgeproof.facts.node.runtime.configuration import configured
from edgeproof.facts.node.runtime.containerd import CONTAINERD, Containerd
from edgeproof.facts.node.runtime.daemon_json import DAEMON_JSON, DaemonJson
from edgeproof.facts.node.runtime.device_query import HOOK_ABSENT, DeviceQuery, device_query_probe
from edgeproof.facts.node.runtime.docker import (
    DOCKER,
    DOCKER_GROUP,
    NO_DAEMON,
    NOT_INSTALLED,
    PODMAN,
    Docker,
    DockerGroup,
)
from edgeproof.facts.node.runtime.gpu_files import GPU_DEVICES, L4T_MOUNT_LISTS
from edgeproof.facts.node.runtime.images import WorkerImage, worker_image_probe
from edgeproof.facts.observed import Facts
from edgeproof.facts.probe import Probe
from edgeproof.inventory import Inventory, Node

__all__ = [
    "HOOK_ABSENT",
    "NOT_INSTALLED", "NO_DAEMON", "PODMAN", "Cdi", "Containerd", "DaemonJson", "DeviceQuery", "Docker", "DockerGroup", "RuntimeFacts",
    "WorkerImage", "configured", "probes", "read_by", "wanted_device",
]  # fmt: skip


@dataclass(frozen=True, repr=False)
class RuntimeFacts(Facts):
    """Layers 5 and 6: Docker or containerd, the GPU in a container, the worker image."""

    docker: Docker
    daemon_json: DaemonJson
    docker_group: DockerGroup
    containerd: Containerd
    cdi: Cdi
    l4t_mount_lists: tuple[str, ...]
    gpu_devices: tuple[str, ...]
    device_query: DeviceQuery
    worker_image: WorkerImage


def probes(inventory: Inventory, node: Node) -> tuple[Probe[Any], ...]:
    """Give the probes of `RuntimeFacts`, by its fields' names; those of Docker only where the pods run on it, and of containerd likewise."""
    always = (CDI, L4T_MOUNT_LISTS, GPU_DEVICES, worker_image_probe(inventory))
    if inventory.kubernetes.runtime != "docker":
        return (CONTAINERD, *always)
    return (
        DOCKER, DAEMON_JSON, DOCKER_GROUP, *always, device_query_probe(inventory),
    )  # fmt: skip
