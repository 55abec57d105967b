"""Which facts have a meaning on which node, by what cluster.yaml says and by what machine it is: the one place that decides it."""

from __future__ import annotations

from collections.abc import Iterable

from edgeproof.facts.node.facts import NodeFacts
from edgeproof.facts.observed import inapplicable, observed, reason, replaced
from edgeproof.inventory import ANY, NOT_REQUIRED, Inventory, Kind

OF_JETSON = ("power_mode", "clocks", "power_supply", "over_current", "l4t_mount_lists")
OF_GPU = ("gpu_devices", "device_query", "containerd", "cdi")
OF_DOCKER = ("docker", "daemon_json", "docker_group", "device_query")
BY_RUNTIME = (None, "default-runtime", "runtime-class")
"""Ways to the GPU, None for one that is found out, for which containerd needs a runtime of NVIDIA's."""

WITHOUT_DEFAULT = ("runtime-class", "cdi")
"""Ways to the GPU that ask for it pod by pod, whatever the default runtime is."""

OFFLINE = "cluster.yaml says that the network is offline"
"""No NTP server has to be reached there; one that is (a laptop's) is shown by the clocks' agreeing."""

MACHINES: dict[Kind, str] = {"nvidia": "a machine with an NVIDIA card", "other": "another machine"}
"""Each kind of machine that is no Jetson, in words."""


def with_inapplicable(facts: NodeFacts, inventory: Inventory) -> NodeFacts:
    """Mark what has no meaning on this node, or is not asked for: the checks that read it are skipped, with the reason."""
    reasons = {name: why for why, names in _whole(facts, inventory) if why for name in names}
    facts = replaced(facts, **{name: inapplicable(why) for name, why in reasons.items()})
    for why, name, fields in _parts(facts, inventory):
        if why and reason(facts, name) is None:
            fact = replaced(observed(facts, name), **dict.fromkeys(fields, inapplicable(why)))
            facts = replaced(facts, **{name: fact})
    return facts


def _whole(facts: NodeFacts, inventory: Inventory) -> Iterable[tuple[str, tuple[str, ...]]]:
    """Give each reason ('' where it does not hold), and the facts that it makes meaningless; the last one counts."""
    power, system = inventory.power_of(facts.declared), inventory.system
    return (
        (_no_jetson(facts), OF_JETSON),
        (_no_gpu(facts), OF_GPU),
        (NOT_REQUIRED if power.mode == ANY else "", ("power_mode",)),
        (NOT_REQUIRED if power.clocks != "pinned" else "", ("clocks",)),
        (NOT_REQUIRED if system.swap == ANY else "", ("swap",)),
        # The bar for free memory is there for the desktop's sake.
        (NOT_REQUIRED if system.desktop == ANY else "", ("headless", "memory")),
        (_no_docker(inventory), OF_DOCKER),
        (_without_cdi(facts, inventory), ("cdi",)),
        (_no_containerd(facts, inventory), ("containerd",)),
    )


def _parts(facts: NodeFacts, inventory: Inventory) -> Iterable[tuple[str, str, tuple[str, ...]]]:
    """Give each reason ('' where it does not hold), a fact, and the parts of it that have no meaning then."""
    no_default = _no_gpu(facts) or _asked_by_pods(inventory)
    return (
        (OFFLINE if inventory.network.offline else "", "timekeeping", ("synchronised",)),
        (_no_jetson(facts), "docker", ("unheld",)),
        (no_default, "docker", ("default_runtime", "runtimes")),
        (no_default, "daemon_json", ("default_runtime", "nvidia_path", "nvidia_runs")),
    )


def _kind(facts: NodeFacts) -> Kind | None:
    """Tell what machine it is; None where that is not declared, and it has not told."""
    return facts.kind if facts.declared.kind or reason(facts, "platform") is None else None


def _no_jetson(facts: NodeFacts) -> str:
    kind = _kind(facts)
    return f"{facts.name} is {MACHINES[kind]}, not a Jetson" if kind in MACHINES else ""


def _no_gpu(facts: NodeFacts) -> str:
    return f"{facts.name} is not a Jetson and has no NVIDIA GPU" if _kind(facts) == "other" else ""


def _asked_by_pods(inventory: Inventory) -> str:
    way = inventory.kubernetes.gpu
    return f"cluster.yaml says gpu: {way}" if way in WITHOUT_DEFAULT else ""


def _no_docker(inventory: Inventory) -> str:
    runtime = inventory.kubernetes.runtime
    return "" if runtime == "docker" else f"cluster.yaml says runtime: {runtime}"


def _no_containerd(facts: NodeFacts, inventory: Inventory) -> str:
    kubernetes = inventory.kubernetes
    if kubernetes.runtime == "containerd" and _has_no_k3s(facts):
        return f"K3s is not installed on {facts.name} yet, and the containerd that runs pods comes with it"
    if kubernetes.runtime != "containerd":
        return f"cluster.yaml says runtime: {kubernetes.runtime}, or does not say: Docker runs the pods"
    return "" if kubernetes.gpu in BY_RUNTIME else f"cluster.yaml says gpu: {kubernetes.gpu}"


def _has_no_k3s(facts: NodeFacts) -> bool:
    """Tell whether systemd was asked, and neither a unit nor a process of K3s is there."""
    return reason(facts, "k3s") is None and reason(facts.k3s, "services") is None and facts.k3s.service is None


def _without_cdi(facts: NodeFacts, inventory: Inventory) -> str:
    """Tell why CDI is not used; '' where it is, or may be: NVIDIA's runtime was not asked for its mode."""
    if inventory.kubernetes.gpu == "cdi" or reason(facts, "cdi") is not None or facts.cdi.mode == "cdi":
        return ""
    return "CDI is not in use: cluster.yaml does not say gpu: cdi, and NVIDIA's runtime is not in mode cdi"
