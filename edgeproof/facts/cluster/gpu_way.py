"""How a pod gets the GPU in this cluster: as declared, or as the cluster shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from edgeproof.facts.cluster.members import Member
from edgeproof.facts.cluster.parse import part, text
from edgeproof.facts.cluster.pods import PodOnNode
from edgeproof.facts.observed import reason
from edgeproof.inventory.inventory import GpuWay

HANDLER = "nvidia"
DEVICE_PLUGIN = "nvidia-device-plugin"


@dataclass(frozen=True)
class RuntimeClass:
    """A RuntimeClass: the name that pods give, and the runtime's name in the nodes' configuration."""

    name: str
    handler: str


@dataclass(frozen=True)
class Way:
    """How pods ask for the GPU: `runtime_class` is the class they name beside it, '' for none."""

    name: GpuWay
    is_found: bool = False
    runtime_class: str = ""

    def __str__(self) -> str:
        return f"{self.name} ({'found' if self.is_found else 'declared'})"


def parse_runtime_class(item: dict[str, Any]) -> RuntimeClass:
    """Read a RuntimeClass object."""
    return RuntimeClass(text(part(item, "metadata"), "name"), text(item, "handler"))


def gpu_way(
    declared: GpuWay | None, members: Iterable[Member], classes: Iterable[RuntimeClass], pods: Iterable[PodOnNode]
) -> Way:
    """Give the way as it is declared; else the first of these that the cluster shows.

    1. Docker runs the pods: default-runtime, since Docker knows no RuntimeClass and no device plugin's CDI.
    2. There is a RuntimeClass for the nvidia runtime: runtime-class, which holds under containerd with any default runtime.
    3. A node advertises nvidia.com/gpu: device-plugin.
    4. Else default-runtime. CDI leaves no trace in the API: it has to be declared.
    """
    members, name = list(members), _class_for_nvidia(classes)
    found = declared or _found(members, name)
    if found == "device-plugin":
        return Way(found, declared is None, _class_beside_plugin(pods))
    needs_class = found in ("runtime-class", "cdi")
    return Way(found, declared is None, (name or (HANDLER if found == "runtime-class" else "")) if needs_class else "")


def _found(members: list[Member], runtime_class: str) -> GpuWay:
    runtimes = {member.runtime for member in members if reason(member, "runtime_version") is None}
    if runtimes == {"docker"}:
        return "default-runtime"
    if runtime_class:
        return "runtime-class"
    return "device-plugin" if any(member.gpus for member in members) else "default-runtime"


def _class_for_nvidia(classes: Iterable[RuntimeClass]) -> str:
    """Name the class of the nvidia runtime, which may have any name; '' where there is none."""
    names = [item.name for item in classes if item.handler == HANDLER]
    return HANDLER if HANDLER in names else (names[0] if names else "")


def _class_beside_plugin(pods: Iterable[PodOnNode]) -> str:
    """Name the class that running pods give beside the device plugin: its own, or that of a pod which asks for a GPU."""
    for pod in pods:
        is_plugin = any(label.partition("=")[2].startswith(DEVICE_PLUGIN) for label in pod.labels)
        if pod.phase == "Running" and pod.runtime_class and (pod.gpus or is_plugin):
            return pod.runtime_class
    return ""
