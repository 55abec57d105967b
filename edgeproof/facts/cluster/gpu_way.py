"""How a pod gets the GPU in this cluster: as declared, or as the cluster shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from edgeproof.facts.cluster.members import Member
from edgeproof.facts.cluster.parse import pairs, part, text
from edgeproof.facts.cluster.pods import PodOnNode
from edgeproof.facts.cluster.quantities import amounts
from edgeproof.facts.cluster.taints import Toleration, tolerations_of
from edgeproof.facts.observed import NotApplicable, reason
from edgeproof.inventory.sections import GpuWay

HANDLER = "nvidia"
CDI_HANDLER = "nvidia-cdi"
"""Runtimes of containerd that give pods the GPU; K3s names the second one where it finds it (k3s#11065)."""
DEVICE_PLUGIN = "nvidia-device-plugin"


@dataclass(frozen=True)
class RuntimeClass:
    """A RuntimeClass: the name that pods give, and the runtime's name in the nodes' configuration.

    Admission adds the labels it selects, its tolerations and its overhead to each pod that names it.
    """

    name: str
    handler: str
    node_selector: frozenset[str] = frozenset()
    tolerations: tuple[Toleration, ...] = ()
    overhead: tuple[tuple[str, Fraction], ...] = ()


@dataclass(frozen=True)
class Way:
    """How pods ask for the GPU: `runtime_class` is the class they name beside it, '' for none."""

    name: GpuWay
    is_found: bool = False
    runtime_class: str = ""

    def __str__(self) -> str:
        return f"{self.name} ({'found' if self.is_found else 'declared'})"

    @property
    def is_asked_for(self) -> bool:
        """Whether a pod has to ask, and may therefore not go to a machine without a GPU."""
        return self.name != "default-runtime"


def parse_runtime_class(item: dict[str, Any]) -> RuntimeClass:
    """Read a RuntimeClass object."""
    scheduling = part(item, "scheduling")
    return RuntimeClass(
        text(part(item, "metadata"), "name"),
        text(item, "handler"),
        pairs(part(scheduling, "nodeSelector")),
        tolerations_of(scheduling),
        tuple(amounts(part(item, "overhead", "podFixed")).items()),
    )


def gpu_way(
    declared: GpuWay | None, members: Iterable[Member], classes: Iterable[RuntimeClass], pods: Iterable[PodOnNode]
) -> Way:
    """Give the way as it is declared; else the first of these that the cluster shows.

    1. Docker runs the pods: default-runtime, since Docker knows no RuntimeClass and no device plugin's CDI.
    2. There is a RuntimeClass for the nvidia runtime: runtime-class, which holds under containerd with any default runtime.
    3. A node advertises nvidia.com/gpu: device-plugin.
    4. Else default-runtime. CDI leaves no trace in the API: it has to be declared.
    """
    members, classes = list(members), list(classes)
    found = declared or _found(members, _class_of(classes, HANDLER))
    beside = {
        "default-runtime": "",
        "runtime-class": _class_of(classes, HANDLER) or HANDLER,
        "cdi": _class_of(classes, CDI_HANDLER) or _class_of(classes, HANDLER),
        "device-plugin": _class_beside_plugin(pods),
    }
    return Way(found, declared is None, beside[found])


def run_by_docker(members: Iterable[Member]) -> bool:
    """Tell whether Docker runs the pods of all members that say what does."""
    return {member.runtime for member in members if reason(member, "runtime_version") is None} == {"docker"}


def _found(members: list[Member], runtime_class: str) -> GpuWay:
    if run_by_docker(members):
        return "default-runtime"
    if runtime_class:
        return "runtime-class"
    return "device-plugin" if any(member.gpus for member in members) else "default-runtime"


def _class_of(classes: list[RuntimeClass], handler: str) -> str:
    """Name the class of a runtime, which may have any name, best the runtime's own; '' where there is none."""
    names = sorted((item.name for item in classes if item.handler == handler), key=lambda name: name != handler)
    return names[0] if names else ""


def _class_beside_plugin(pods: Iterable[PodOnNode]) -> str:
    """Name the class that running pods give beside the device plugin: its own, or that of a pod which asks for a GPU."""
    for pod in pods:
        is_plugin = any(label.partition("=")[2].startswith(DEVICE_PLUGIN) for label in pod.labels)
        if pod.phase == "Running" and pod.runtime_class and (pod.gpus or is_plugin):
            return pod.runtime_class
    return ""


def lacking(declared: GpuWay | None, members: Iterable[Member], classes: Iterable[RuntimeClass]) -> tuple[str, ...]:
    """Say what the cluster lacks for the declared way, of what the API shows; nothing where it has it.

    Not applicable where nothing is declared, or where the API does not show that way: other checks look at the nodes, or into a pod.
    """
    if declared is None:
        raise NotApplicable("cluster.yaml declares no way to the GPU: pods ask in the way that was found")
    if declared != "runtime-class":
        elsewhere = {"device-plugin": "gpu_advertised"}.get(declared, "gpu_in_pod")
        raise NotApplicable(f"the check {elsewhere} tells whether the cluster has the declared way, {declared}")
    docker = [m.name for m in members if reason(m, "runtime_version") is None and m.runtime == "docker"]
    if docker:
        return (f"Docker runs the pods of {', '.join(docker)}, and knows no RuntimeClass",)
    return () if _class_of(list(classes), HANDLER) else (f"no RuntimeClass has the handler {HANDLER}",)
