"""What a kernel's lack means on its node: judged where K3s needs it, and the cause of what K3s does not do."""

from __future__ import annotations

from typing import Any

from edgeproof.facts.node.facts import NodeFacts
from edgeproof.facts.observed import Blocked, NotApplicable, reason, replaced, unobserved

BRIDGE = "cni0"
"""The bridge of K3s's own pod network: where it is, pods go through it, br_netfilter and forwarding (flannel's CNI plugin)."""

WORDS = {"memory-cgroup-off": "the memory cgroup is off", "cgroup-v1": "this Kubernetes does not start on cgroup v1"}


def with_kernel(facts: NodeFacts) -> NodeFacts:
    """Judge the kernel by what is on the node, and block what its lack explains.

    K3s loads modules and sets forwarding as it starts, so settings count where its bridge is; a K3s that runs lacks nothing to start.
    """
    if reason(facts, "kernel") is not None or reason(facts.kernel, "lacks") is not None:
        return facts
    changed: dict[str, Any] = {}
    running = _runs(facts)
    if running:
        changed["lacks"] = ()
    if running and not _bridged(facts):
        changed |= {
            "absent": (),
            "off": (),
        }  # no pod of K3s's own network is there, or it has another, with needs of its own
    elif not running:
        changed["off"] = ()
    if replacing := _replacing(facts):
        changed["absent"] = unobserved(
            f"the running kernel's modules were replaced by those of {replacing} (see the check reboot)"
        )
    facts = replaced(facts, kernel=replaced(facts.kernel, **changed))
    why = keeps_k3s_down(facts)
    return (
        replaced(facts, k3s=replaced(facts.k3s, services=unobserved(why)))
        if why and reason(facts, "k3s") is None
        else facts
    )


def keeps_k3s_down(facts: NodeFacts) -> str:
    """Say what of the kernel keeps K3s from running on this node, and which check tells it; '' for nothing."""
    if reason(facts, "kernel") is not None or reason(facts.kernel, "lacks") is not None or not facts.kernel.lacks:
        return ""
    return f"K3s cannot run on {facts.name}: {WORDS[facts.kernel.lacks[0]]} (see the check kernel)"


def spoils_services(facts: NodeFacts) -> str:
    """Say what of the kernel keeps service addresses from working in pods of this node, and which check tells it; '' for nothing."""
    try:
        found = (*facts.kernel.absent, *facts.kernel.off)
    except (Blocked, NotApplicable):
        return ""
    return f"{', '.join(found)} absent or off on {facts.name} (see the check kernel)" if found else ""


def _runs(facts: NodeFacts) -> bool:
    return reason(facts, "k3s") is None and any(service.state == "running" for service in facts.k3s.services)


def _bridged(facts: NodeFacts) -> bool:
    return reason(facts, "network") is None and any(each.interface == BRIDGE for each in facts.network.addresses)


def _replacing(facts: NodeFacts) -> str:
    return "" if reason(facts, "reboot") else ", ".join(facts.reboot.replaced_by)
