"""The chain that brings a board's GPU into a container: its first broken link, so that one cause fails one check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from edgeproof.facts.node.facts import NodeFacts
from edgeproof.facts.observed import Blocked, observed, reason, replaced, unobserved


@dataclass(frozen=True)
class BrokenLink:
    """The check that fails for it, and what is wrong in words."""

    check: str
    what: str

    @property
    def why(self) -> str:
        """Say why what rests on this link is blocked."""
        return f"{self.what} (see the check {self.check})"


def broken_link(facts: NodeFacts) -> str:
    """Say which is the first broken link between the board's GPU and a container; '' when the node shows none."""
    try:
        link = _broken_runtime(facts)
        passes = reason(facts, "device_query") is not None or facts.device_query.result == "PASS"
    except Blocked:
        return ""
    if link is None and not passes:
        link = BrokenLink("device_query", "deviceQuery does not pass")
    return link.why if link else ""


def with_blocked(facts: NodeFacts) -> NodeFacts:
    """Block what rests on a broken link."""
    link = _broken_runtime(facts)
    if link is None:
        return facts
    changed: dict[str, Any] = {"device_query": unobserved(link.why)}
    if link.check == "daemon_json" and _default_runtime_is_another(facts):
        changed["docker"] = replaced(observed(facts, "docker"), default_runtime=unobserved(link.why))
    if link.check == "docker" and not reason(facts, "docker_group"):
        changed["docker_group"] = replaced(facts.docker_group, works=unobserved(link.why))
    return replaced(facts, **changed)


def _default_runtime_is_another(facts: NodeFacts) -> bool:
    return not reason(facts, "docker") and facts.docker.default_runtime != "nvidia"


def _broken_runtime(facts: NodeFacts) -> BrokenLink | None:
    """Find the first broken link up to the device nodes; None when none is, or the node has not told."""
    if reason(facts, "docker") or reason(facts, "daemon_json"):
        return None
    docker, file = facts.docker, facts.daemon_json
    if docker.active != "active":
        return BrokenLink("docker", f"Docker is {docker.active}")
    if file.error:
        return BrokenLink("daemon_json", "daemon.json is broken")
    if file.default_runtime != "nvidia" or not file.nvidia_runs:
        return BrokenLink("daemon_json", "daemon.json does not make nvidia the default runtime")
    if docker.default_runtime != "nvidia":
        return BrokenLink("daemon_agrees", "the running daemon's default runtime is not nvidia")
    if not reason(facts, "l4t_mount_lists") and not facts.l4t_mount_lists:
        return BrokenLink("l4t_mount_lists", "the L4T mount lists are missing")
    if not reason(facts, "gpu_devices") and not facts.gpu_devices:
        return BrokenLink("devices", "there are no GPU device nodes")
    return None
