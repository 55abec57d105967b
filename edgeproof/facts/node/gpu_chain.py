"""The chain that brings a board's GPU into a container: its first broken link, so that one cause fails one check."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from edgeproof.facts.node.conflicts import unfit
from edgeproof.facts.node.facts import NodeFacts
from edgeproof.facts.node.runtime import HOOK_ABSENT, configured, read_by, wanted_device
from edgeproof.facts.observed import Blocked, Facts, Inapplicable, NotApplicable, observed, reason, replaced, unobserved
from edgeproof.inventory import Inventory

DAEMON_TELLS = ("default_runtime", "runtimes")


@dataclass(frozen=True)
class BrokenLink:
    """The check that fails for it, and what is wrong in words."""

    check: str
    what: str

    @property
    def why(self) -> str:
        """Say why what rests on this link is blocked."""
        return f"{self.what} (see the check {self.check})"


VERSIONS_FIT = "versions_fit"


def broken_link(facts: NodeFacts) -> str:
    """Say which is the first broken link between the board's GPU and a container; '' when the node shows none."""
    link = _first_broken(facts)
    if link is not None:
        return link.why
    try:
        passes = facts.device_query.result == "PASS"
    except (Blocked, NotApplicable):
        return ""
    return "" if passes else BrokenLink("device_query", "deviceQuery does not pass").why


def without_hook(facts: NodeFacts) -> str:
    """Say that no container with the GPU starts on the node, since the program that NVIDIA's runtime calls on its way is not there; '' else."""
    if reason(facts, "device_query") or reason(facts.device_query, "result"):
        return ""
    missing = HOOK_ABSENT.search(facts.device_query.refusal)
    return BrokenLink("device_query", f"{missing[1]}, which NVIDIA's runtime calls, is not there").why if missing else ""


def containerd_link(facts: NodeFacts) -> BrokenLink | None:
    """Find why pods on the node's containerd get no GPU, where a check of the node tells it; None where none does."""
    return _first_of(facts, _unfit, _without_runtime, _without_cdi)


def docker_down(facts: NodeFacts) -> str:
    """Say why the Docker that is to run pods does not run, and which check tells it; '' where it runs, or did not tell."""
    try:
        active = observed(facts.docker, "active")
    except (Blocked, NotApplicable):
        return ""
    if active == "active" or isinstance(active, Inapplicable):
        return ""
    link = _first_of(facts, _refused, _dead)
    return link.why if link and (isinstance(active, str) or link.check == "daemon_json") else ""


def with_settled(facts: NodeFacts, inventory: Inventory) -> NodeFacts:
    """Judge Docker's configuration by the Docker that is there, and the CDI files by the containerd that is, which serves the declared way."""
    if reason(facts, "containerd") is None:
        facts = replaced(facts, containerd=replaced(facts.containerd, way=inventory.kubernetes.gpu))
    if reason(facts, "cdi") is None:
        facts = replaced(facts, cdi=read_by(facts.cdi, observed(facts, "containerd"), wanted_device(inventory)))
    if reason(facts, "docker") is not None or reason(facts, "daemon_json") is not None:
        return facts
    return replaced(facts, daemon_json=configured(facts.daemon_json, facts.docker))


def with_blocked(facts: NodeFacts) -> NodeFacts:
    """Block what rests on a broken link, or on a daemon that does not answer."""
    link = _first_broken(facts)
    facts = _without_daemon(facts, link)
    if link is None:
        return facts
    changed: dict[str, Any] = _blocked(facts, "device_query", link.why)
    if link.check == "daemon_json" and _disagrees(facts) is not None:
        changed["docker"] = replaced(facts.docker, **dict.fromkeys(DAEMON_TELLS, unobserved(link.why)))
    return replaced(facts, **changed)


def _without_daemon(facts: NodeFacts, link: BrokenLink | None) -> NodeFacts:
    """Block all that asked Docker's daemon and got no answer: it is dead, perhaps of its file, or it is silent."""
    if reason(facts, "docker") is not None:
        return facts
    dead = _dead(facts)
    cause = link if dead and link and link.check == "daemon_json" else dead
    why = cause.why if cause else reason(facts.docker, "version")
    if why is None:
        return facts
    gap = unobserved(why)
    by_file = ("active", "enabled") if cause is not dead else ()
    fields = [name for name in ("version", *DAEMON_TELLS, *by_file) if _is_asked(facts.docker, name)]
    changed: dict[str, Any] = {"docker": replaced(facts.docker, **dict.fromkeys(fields, gap))}
    if not _came_out(lambda: facts.daemon_json.present or facts.daemon_json.default_runtime == "nvidia"):
        changed |= _fileless(facts, gap)
    if not _came_out(lambda: facts.device_query.result == "PASS"):
        changed |= _blocked(facts, "device_query", why)
    if not _came_out(lambda: facts.worker_image.id != ""):
        changed |= _blocked(facts, "worker_image", why)
    if not _came_out(lambda: facts.docker_group.works) and reason(facts, "docker_group") is None:
        changed["docker_group"] = replaced(facts.docker_group, works=gap)
    return replaced(facts, **changed)


def _fileless(facts: NodeFacts, gap: Any) -> dict[str, Any]:
    """Leave open what Docker is told where there is no file: the daemon could have said it."""
    if reason(facts, "daemon_json") is not None:
        return {}
    fields = [name for name in ("default_runtime", "nvidia_path") if _is_asked(facts.daemon_json, name)]
    return {"daemon_json": replaced(facts.daemon_json, **dict.fromkeys(fields, gap))}


def _blocked(facts: NodeFacts, name: str, why: str) -> dict[str, Any]:
    """Block a fact, unless it has no meaning here."""
    return {name: unobserved(why)} if _is_asked(facts, name) else {}


def _is_asked(facts: Facts, name: str) -> bool:
    return not isinstance(observed(facts, name), Inapplicable)


def _came_out(well: Callable[[], bool]) -> bool:
    try:
        return well()
    except (Blocked, NotApplicable):
        return False


def _first_broken(facts: NodeFacts) -> BrokenLink | None:
    """Find the first broken link up to the device nodes; None when none is, or the node has not told."""
    return _first_of(
        facts, _unfit, _refused, _dead, _misconfigured, _disagrees, _without_cdi, _without_lists, _without_devices
    )


def _first_of(facts: NodeFacts, *finders: Callable[[NodeFacts], BrokenLink | None]) -> BrokenLink | None:
    """Ask one after the other; what has not been told, or has no meaning here, is passed over."""
    for find in finders:
        try:
            link = find(facts)
        except (Blocked, NotApplicable):
            continue
        if link is not None:
            return link
    return None


def _unfit(facts: NodeFacts) -> BrokenLink | None:
    pair = unfit(facts, "containerd", "containers", "gpu")
    return BrokenLink(VERSIONS_FIT, f"{pair} cannot work together") if pair else None


def _refused(facts: NodeFacts) -> BrokenLink | None:
    file = facts.daemon_json
    if file.error:
        return BrokenLink("daemon_json", f"dockerd rejects {file.path}")
    if file.nvidia_path and not file.nvidia_runs:
        return BrokenLink("daemon_json", f"{file.nvidia_path}, the nvidia runtime's program, is not there")
    return None


def _dead(facts: NodeFacts) -> BrokenLink | None:
    active = observed(facts.docker, "active") if reason(facts, "docker") is None else ""
    if not isinstance(active, str) or active in ("active", ""):
        return None
    return BrokenLink("docker", f"Docker is {active}")


def _misconfigured(facts: NodeFacts) -> BrokenLink | None:
    if facts.daemon_json.default_runtime != "nvidia" or not facts.daemon_json.nvidia_runs:
        return BrokenLink("daemon_json", "Docker's configuration does not make nvidia the default runtime")
    return None


def _disagrees(facts: NodeFacts) -> BrokenLink | None:
    if reason(facts, "docker") is not None or reason(facts.docker, "runtimes") is not None:
        return None
    if "nvidia" not in facts.docker.runtimes:
        return BrokenLink("daemon_agrees", "the nvidia runtime is not registered with the running daemon")
    if facts.docker.default_runtime != "nvidia":
        return BrokenLink("daemon_agrees", "the running daemon's default runtime is not nvidia")
    return None


def _without_lists(facts: NodeFacts) -> BrokenLink | None:
    return None if facts.l4t_mount_lists else BrokenLink("l4t_mount_lists", "the L4T mount lists are missing")


def _without_devices(facts: NodeFacts) -> BrokenLink | None:
    return None if facts.gpu_devices else BrokenLink("devices", "there are no GPU device nodes")


def _without_runtime(facts: NodeFacts) -> BrokenLink | None:
    if facts.containerd.gpu_runtimes:
        return None
    if facts.containerd.nvidias:
        return BrokenLink("containerd", f"containerd's default runtime is {facts.containerd.default_runtime}")
    return BrokenLink("containerd", "containerd has no runtime of NVIDIA's")


def _without_cdi(facts: NodeFacts) -> BrokenLink | None:
    if not facts.cdi.wanted or facts.cdi.fitting:
        return None
    return BrokenLink("cdi", f"no CDI file that can be read names {facts.cdi.wanted}")
