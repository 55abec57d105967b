"""Which facts have a meaning on which node, by what cluster.yaml says and by what machine it is."""

from __future__ import annotations

from typing import Any

from edgeproof.facts.node.facts import NodeFacts
from edgeproof.facts.observed import inapplicable, observed, reason, replaced
from edgeproof.inventory import Inventory, Kind

OF_DOCKER = ("docker", "daemon_json", "docker_group", "device_query", "worker_image")
WITHOUT_DEFAULT = ("runtime-class", "cdi")
"""Ways to the GPU that ask for it pod by pod, whatever the default runtime is."""


def no_docker(inventory: Inventory) -> str:
    """Say why Docker is not asked for; '' where the pods run on it."""
    runtime = inventory.kubernetes.runtime
    return "" if runtime == "docker" else f"cluster.yaml says runtime: {runtime}"


def machine_of(facts: NodeFacts) -> Kind | None:
    """Tell what machine it is: as declared, else by what it shows; None where it has not told."""
    if facts.declared.kind or reason(facts, "platform"):
        return facts.declared.kind
    devices = () if reason(facts, "gpu_devices") else facts.gpu_devices
    if facts.kind == "other" and any(device.startswith("/dev/nvidia") for device in devices):
        return "nvidia"
    return facts.kind


def no_gpu(facts: NodeFacts) -> str:
    """Say why nothing of a GPU is asked of the node; '' where it has one, or has not told."""
    return f"{facts.name} is no Jetson and has no NVIDIA GPU" if machine_of(facts) == "other" else ""


def no_l4t(facts: NodeFacts) -> str:
    """Say why nothing of L4T is asked of the node; '' where it is a Jetson, or has not told."""
    kind = machine_of(facts)
    return f"{facts.name} is no Jetson, so L4T is not on it" if kind in ("nvidia", "other") else ""


def with_inapplicable(facts: NodeFacts, inventory: Inventory) -> NodeFacts:
    """Mark what has no meaning on this node: the checks that read it are skipped, with the reason."""
    changed: dict[str, Any] = {}
    if why := no_l4t(facts):
        changed["l4t_mount_lists"] = inapplicable(why)
        changed |= _fields(facts, "docker", why, "unheld")
    if why := no_gpu(facts):
        changed |= {"gpu_devices": inapplicable(why), "device_query": inapplicable(why)}
        changed |= _no_default(replaced(facts, **changed), why)
    elif inventory.kubernetes.gpu in WITHOUT_DEFAULT:
        changed |= _no_default(replaced(facts, **changed), f"cluster.yaml says gpu: {inventory.kubernetes.gpu}")
    if why := no_docker(inventory):
        changed |= dict.fromkeys(OF_DOCKER, inapplicable(why))
    return replaced(facts, **changed)


def _no_default(facts: NodeFacts, why: str) -> dict[str, Any]:
    """Ask for no nvidia runtime, neither in Docker's file nor of its daemon."""
    return _fields(facts, "docker", why, "default_runtime", "runtimes") | _fields(
        facts, "daemon_json", why, "default_runtime", "nvidia_path", "nvidia_runs"
    )


def _fields(facts: NodeFacts, name: str, why: str, *fields: str) -> dict[str, Any]:
    """Mark some fields of one fact, if that was observed."""
    if reason(facts, name) is not None:
        return {}
    return {name: replaced(observed(facts, name), **dict.fromkeys(fields, inapplicable(why)))}
