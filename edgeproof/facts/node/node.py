"""A node's facts together: parsed, and blocked where what they rest on is broken."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from edgeproof.facts.node.gather import Raw
from edgeproof.facts.node.identity import Hostname, Platform
from edgeproof.facts.node.kubernetes import K3s
from edgeproof.facts.node.network import Answers, NodeNetwork
from edgeproof.facts.node.probes import probes_for
from edgeproof.facts.node.runtime import DaemonJson, DeviceQuery, Docker, DockerGroup, WorkerImage
from edgeproof.facts.node.storage import NfsServer
from edgeproof.facts.node.system import Clocks, Headless, Memory, PowerMode, PowerSupply, Swap, Thermal
from edgeproof.facts.observed import Blocked, Facts, Unobserved, reason, unobserved
from edgeproof.facts.probe import Output
from edgeproof.inventory import Inventory, Node

NO_SUDO = 77
"""Exit status that the script gives root snippets it could not run."""


@dataclass(frozen=True)
class Reach:
    """Whether the node let us in; else the error, what kind it was, and what to do."""

    error: str
    kind: str
    fix: str


@dataclass(frozen=True)
class Fleet(Facts):
    """What this node is compared with: what most nodes have, and which of the others it does not reach."""

    l4t: str
    silent_peers: tuple[str, ...]
    same_hostname: tuple[str, ...]
    same_machine_id: tuple[str, ...]
    worker_image_id: str


@dataclass(frozen=True)
class NodeFacts(Facts):
    """All that was observed of one node. `declared` is what the inventory says of it."""

    name: str
    declared: Node
    reach: Reach
    sudo: bool
    platform: Platform
    hostname: Hostname
    machine_id: str
    simulated: tuple[str, ...]
    network: NodeNetwork
    answers: Answers
    headless: Headless
    swap: Swap
    power_mode: PowerMode
    clocks: Clocks
    power_supply: PowerSupply
    thermal: Thermal
    memory: Memory
    docker: Docker
    daemon_json: DaemonJson
    docker_group: DockerGroup
    csv: tuple[str, ...]
    gpu_devices: tuple[str, ...]
    nfs_client: tuple[str, ...]
    device_query: DeviceQuery
    worker_image: WorkerImage
    k3s: K3s
    nfs_server: NfsServer
    fleet: Fleet

    def __repr__(self) -> str:
        return self.name


def parse_nodes(raw: Raw, inventory: Inventory) -> dict[str, NodeFacts]:
    """Make the facts of every node from what the nodes printed."""
    alone = {name: _parse(inventory, node, raw.get(name, {})) for name, node in inventory.nodes.items()}
    return {name: _replaced(facts, fleet=_fleet(facts, alone)) for name, facts in alone.items()}


def _fleet(facts: NodeFacts, nodes: dict[str, NodeFacts]) -> Fleet:
    others = [other for other in nodes.values() if other is not facts]
    releases = Counter(other.platform.l4t for other in nodes.values() if not reason(other, "platform"))
    asked = reason(facts, "answers") is None
    return Fleet(
        l4t=releases.most_common(1)[0][0] if releases else unobserved("no node told its L4T release"),
        silent_peers=tuple(
            other.name for other in others if not other.reach.error and other.declared.address in facts.answers.silent
        )
        if asked
        else unobserved(reason(facts, "answers") or ""),
        same_hostname=_same(facts, others, "hostname"),
        same_machine_id=_same(facts, others, "machine_id"),
        worker_image_id=_usual_image(nodes),
    )


def _usual_image(nodes: dict[str, NodeFacts]) -> str:
    """Give the id of the worker image that most nodes have; of equally many, the server's, where it is built."""
    found = [facts for facts in nodes.values() if not reason(facts, "worker_image") and facts.worker_image.id]
    found.sort(key=lambda facts: facts.declared.role != "server")
    ids = Counter(facts.worker_image.id for facts in found)
    return ids.most_common(1)[0][0] if ids else "the worker image (no node has it)"


def _same(facts: NodeFacts, others: list[NodeFacts], name: str) -> tuple[str, ...]:
    """Name the others that have this node's value; unobserved where the node has not told its own."""
    why = reason(facts, name)
    if why is not None:
        return unobserved(why)  # type: ignore[no-any-return]
    return tuple(other.name for other in others if _equal(facts, other, name))


def _equal(one: NodeFacts, other: NodeFacts, name: str) -> bool:
    if reason(other, name):
        return False
    left, right = getattr(one, name), getattr(other, name)
    return bool(left.name == right.name if name == "hostname" else left == right)


def _replaced(facts: NodeFacts, **values: Any) -> NodeFacts:
    fields = {name: object.__getattribute__(facts, name) for name in facts.__dataclass_fields__}
    return NodeFacts(**(fields | values))


def _parse(inventory: Inventory, node: Node, raw: dict[str, Any]) -> NodeFacts:
    reach = Reach(str(raw.get("error", "")), str(raw.get("kind", "")), str(raw.get("fix", "")))
    values = {probe.name: _value(probe, raw, reach) for probe in probes_for(inventory, node)}
    values.setdefault("nfs_server", Unobserved(f"{node.name} is not the NFS server"))
    if isinstance(values["simulated"], Unobserved):
        values["simulated"] = ()
    facts = NodeFacts(name=node.name, declared=node, reach=reach, fleet=unobserved("alone"), **values)
    return _with_blocked(facts)


def _value(probe: Any, raw: dict[str, Any], reach: Reach) -> Any:
    if reach.error:
        return Unobserved(f"SSH: {reach.error}")
    found = raw.get("outputs", {}).get(probe.name)
    if found is None:
        return Unobserved(f"the node's answer was cut before {probe.name}")
    output = Output(**found)
    if probe.root and output.status == NO_SUDO and not output.stdout:
        return False if probe.name == "sudo" else Unobserved("needs root, and sudo does not work (see the check sudo)")
    if output.timed_out and not output.stdout:
        return Unobserved(f"{probe.name} took longer than {probe.timeout_s:g} s")
    return probe.parse(output)


def _with_blocked(facts: NodeFacts) -> NodeFacts:
    """Block what rests on a broken layer, so that one cause fails one check."""
    replaced: dict[str, Any] = {}
    why = _broken_runtime(facts)
    if why:
        replaced["device_query"] = unobserved(why)
    if why.startswith("daemon.json"):
        replaced["docker"] = _without_default(facts, why)
    if why.startswith("Docker is") and not reason(facts, "docker_group"):
        replaced["docker_group"] = DockerGroup(facts.docker_group.groups, unobserved(why))
    return _replaced(facts, **replaced)


def _without_default(facts: NodeFacts, why: str) -> Any:
    docker = object.__getattribute__(facts, "docker")
    if isinstance(docker, Unobserved) or docker.default_runtime == "nvidia":
        return docker
    fields = {name: object.__getattribute__(docker, name) for name in docker.__dataclass_fields__}
    return Docker(**(fields | {"default_runtime": unobserved(why)}))


def broken_link(facts: NodeFacts) -> str:
    """Name the first broken link between the board's GPU and a container; '' when the node shows none."""
    try:
        why = _broken_runtime(facts)
        passes = reason(facts, "device_query") is not None or facts.device_query.result == "PASS"
    except Blocked:
        return ""
    return why or ("" if passes else "deviceQuery does not pass (see the check device_query)")


def _broken_runtime(facts: NodeFacts) -> str:
    """Name the first broken link of the chain that brings the GPU into a container; '' when none is."""
    if reason(facts, "docker") or reason(facts, "daemon_json"):
        return ""
    docker, file = facts.docker, facts.daemon_json
    if docker.active != "active":
        return f"Docker is {docker.active} (see the check docker)"
    if file.error:
        return "daemon.json is broken (see the check daemon_json)"
    if file.default_runtime != "nvidia" or not file.nvidia_runs:
        return "daemon.json does not make nvidia the default runtime (see the check daemon_json)"
    if docker.default_runtime != "nvidia":
        return "the running daemon's default runtime is not nvidia (see the check daemon_agrees)"
    if not reason(facts, "csv") and not facts.csv:
        return "the L4T mount lists are missing (see the check csv)"
    if not reason(facts, "gpu_devices") and not facts.gpu_devices:
        return "there are no GPU device nodes (see the check devices)"
    return ""
