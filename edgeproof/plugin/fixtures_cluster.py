"""Fixtures that set something up in the cluster, in a namespace of the run's own that is always removed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

from edgeproof.errors import EdgeproofError
from edgeproof.facts.observed import Blocked, NotApplicable, reason, replaced, unobserved
from edgeproof.inventory import Inventory
from edgeproof.plugin.leftovers import note_of
from edgeproof.plugin.session import progress

if TYPE_CHECKING:
    from typing import Any

    from edgeproof.facts.cluster import ClusterFacts
    from edgeproof.facts.node import NodeFacts
    from edgeproof.trial.claim_pods import ClaimPod
    from edgeproof.trial.mounts import TrialMount
    from edgeproof.trial.namespace import OwnNamespace
    from edgeproof.trial.verify_pods import VerifyPod


class ByNode(dict[str, "object"]):
    """What was found on each node; asking for one where nothing could be set up blocks, with the reason.

    `pointless` says where nothing is to be set up at all: asking there is not applicable.
    """

    def __init__(
        self, found: dict[str, object], missing: dict[str, str], pointless: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        super().__init__(found)
        self.missing, self.pointless = missing, pointless

    @classmethod
    def made(cls, names: Iterable[str], make: Callable[[str], object]) -> ByNode:
        """Make it for each node; where that is blocked or not applicable, asking for it will be, too."""
        found: dict[str, object] = {}
        missing, pointless = {}, {}
        for name in names:
            try:
                found[name] = make(name)
            except Blocked as blocked:
                missing[name] = blocked.why
            except NotApplicable as inapplicable:
                pointless[name] = inapplicable.why
        return cls(found, missing, pointless)

    def __missing__(self, name: str) -> object:
        if name in self.pointless:
            raise NotApplicable(self.pointless[name])
        raise Blocked(self.missing.get(name, f"nothing was set up on {name}"))


@pytest.fixture(scope="session")
def own_namespace(pytestconfig: pytest.Config, inventory: Inventory, cluster: ClusterFacts) -> Iterator[OwnNamespace]:
    """A namespace of this run's own; blocked while the API does not answer."""
    from edgeproof.trial.namespace import OwnNamespace

    assert cluster.members is not None
    own = OwnNamespace(inventory, cluster, progress(pytestconfig))
    note = note_of(pytestconfig, own.run_id)
    note.touch()
    own.start()
    yield own
    # What stays is no check's fault: its note stays too, and the run's end tries again and tells.
    with suppress(EdgeproofError):
        own.remove()
        note.unlink()


def _usable(cluster: ClusterFacts, names: list[str], is_scheduled: bool) -> tuple[list[str], dict[str, str]]:
    """Split the nodes into those that can run a pod (see takes_no_pod), and those that can not, each with the reason."""
    missing = {}
    for name in names:
        try:
            missing[name] = cluster.takes_no_pod(name, is_scheduled)
        except Blocked as blocked:
            missing[name] = blocked.why
    return [name for name in names if not missing[name]], {name: why for name, why in missing.items() if why}


@pytest.fixture(scope="session")
def worker_room(inventory: Inventory, nodes: dict[str, NodeFacts], cluster: ClusterFacts) -> dict[str, tuple[str, ...]]:
    """What each agent lacks for one pod of each workload: nothing where it has room."""
    from edgeproof.workload.room import lacking_for_workers

    return ByNode.made(  # type: ignore[return-value]
        (agent.name for agent in inventory.agents), lambda name: lacking_for_workers(cluster, nodes[name])
    )


@pytest.fixture(scope="session")
def way_lacks(cluster: ClusterFacts) -> tuple[str, ...]:
    """What the cluster lacks for the way to the GPU that cluster.yaml declares: nothing where it has it."""
    return _lacking_for_way(cluster)


def _lacking_for_way(cluster: ClusterFacts) -> tuple[str, ...]:
    from edgeproof.facts.cluster.gpu_way import lacking

    members = [member for name, member in cluster.members.items() if name not in cluster.giving_no_gpu]
    return lacking(cluster.declared.kubernetes.gpu, members, cluster.runtime_classes)


def _without_way(cluster: ClusterFacts, names: list[str]) -> dict[str, str]:
    """Find the nodes whose pods would ask for the GPU in a way that the cluster is known not to have."""
    try:
        lacks = _lacking_for_way(cluster)
    except (Blocked, NotApplicable):
        return {}
    return {name: f"{lacks[0]} (see the check way)" for name in names if lacks and name not in cluster.giving_no_gpu}


def _crowded(
    cluster: ClusterFacts, worker_room: dict[str, tuple[str, ...]], names: list[str], spec: dict[str, Any]
) -> dict[str, str]:
    """Find the agents without room for a worker that have none for a pod of this spec either."""
    lacks = {name: cluster.lacks(name, spec) for name in names if worker_room.get(name)}
    return {
        name: f"{name} has no room: {'; '.join(why)} (see the check placement)" for name, why in lacks.items() if why
    }


@pytest.fixture(scope="session")
def verify_pods(
    inventory: Inventory,
    nodes: dict[str, NodeFacts],
    cluster: ClusterFacts,
    worker_room: dict[str, tuple[str, ...]],
    own_namespace: OwnNamespace,
) -> dict[str, VerifyPod]:
    """The pod of gpu-cluster-verify on each node, and what it sees."""
    from edgeproof.trial.verify_pods import VerifyPods, spec_for

    pointless = _of_another_machine(cluster)
    usable, missing = _usable(cluster, [name for name in inventory.nodes if name not in pointless], is_scheduled=False)
    barred = _unadvertised(cluster, usable) | unprepared(nodes, cluster, usable) | _without_way(cluster, usable)
    barred |= _crowded(cluster, worker_room, [name for name in usable if name not in barred], spec_for(cluster))
    able = [name for name in usable if name not in barred]
    pods = VerifyPods(inventory, own_namespace).start(able, broken_links(nodes, cluster)) if able else {}
    found = {name: _with_peers(_with_kernel(pod, nodes[name]), nodes) for name, pod in pods.items()}
    return ByNode(dict(found), missing | barred, pointless)  # type: ignore[return-value]


def _with_peers(pod: VerifyPod, nodes: dict[str, NodeFacts]) -> VerifyPod:
    """Leave open whether a pod reaches those of nodes that its own node does not reach, or that do not reach that."""
    from edgeproof.facts.node import are_apart

    if reason(pod, "unreached"):
        return pod
    apart = [name for name in pod.unreached if are_apart(nodes[pod.node], nodes[name])]
    others = tuple(name for name in pod.unreached if name not in apart)
    if not apart:
        return pod
    why = f"{pod.node} and {', '.join(apart)} do not reach each other, nor do their pods (see the check peers in tests_node)"
    return replaced(pod, unreached=others or unobserved(why))


def _with_kernel(pod: VerifyPod, facts: NodeFacts) -> VerifyPod:
    """Leave open why a service address does not answer where the node's kernel shows why."""
    from edgeproof.facts.node.kernel_basis import spoils_services

    why = "" if reason(pod, "api_answers") or pod.api_answers else spoils_services(facts)
    return replaced(pod, api_answers=unobserved(why)) if why else pod


@pytest.fixture(scope="session")
def dns_address(cluster: ClusterFacts) -> str:
    """Where pods ask for names; not applicable where the cluster has no DNS of its own."""
    return cluster.dns


@pytest.fixture(scope="session")
def network_policies(inventory: Inventory, nodes: dict[str, NodeFacts], cluster: ClusterFacts) -> tuple[str, ...]:
    """The NetworkPolicies that K3s is to enforce; not applicable where there are none, or enforcing them is known not to be K3s's."""
    found = cluster.network_policies
    if not found:
        raise NotApplicable("the cluster has no NetworkPolicy")
    if not any(member.flannel_backend for member in cluster.members.values()):
        raise NotApplicable(
            "the pods' network is not flannel's: whoever makes it enforces NetworkPolicies, or does not"
        )
    servers = {node.name: nodes[node.name].k3s for node in inventory.servers if not reason(nodes[node.name], "k3s")}
    off = [name for name, k3s in servers.items() if not reason(k3s, "policy_off") and k3s.policy_off]
    if off:
        raise NotApplicable(f"K3s on {off[0]} was told --disable-network-policy, so {', '.join(found)} have no effect")
    return found


def broken_links(nodes: dict[str, NodeFacts], cluster: ClusterFacts) -> dict[str, str]:
    """Say by the node's name why its pods can have no GPU, where the default runtime is the way: Docker's, or containerd's."""
    from edgeproof.facts.node import broken_link, containerd_link

    if cluster.gpu_way.name != "default-runtime":
        return {}
    found = {}
    for name, member in cluster.members.items():
        if member.is_ready and member.runtime == "docker":
            found[name] = broken_link(nodes[name])
        elif member.is_ready:
            link = containerd_link(nodes[name])
            found[name] = link.why if link else ""
    return found


def unprepared(nodes: dict[str, NodeFacts], cluster: ClusterFacts, names: list[str]) -> dict[str, str]:
    """Find the nodes where a pod that gets the GPU cannot start, in the way that the cluster has, and which check tells why."""
    from edgeproof.facts.node import containerd_link, without_hook

    if cluster.gpu_way.name == "default-runtime":
        on_docker = [name for name in names if cluster.member(name).runtime == "docker"]
        return {name: why for name in on_docker if (why := without_hook(nodes[name]))}
    if cluster.gpu_way.name not in ("runtime-class", "cdi"):
        return {}
    links = {name: containerd_link(nodes[name]) for name in names if name not in cluster.giving_no_gpu}
    return {name: link.why for name, link in links.items() if link}


def _of_another_machine(cluster: ClusterFacts) -> dict[str, str]:
    """Find the machines without a GPU that are of another architecture than the boards, whose image cannot run there."""
    boards = {member.architecture for name, member in cluster.members.items() if name not in cluster.without_gpu}
    return {
        name: f"{name} is {member.architecture} and has no GPU: the image of gpu-cluster-verify is the boards' ({', '.join(sorted(boards))})"
        for name, member in cluster.members.items()
        if name in cluster.without_gpu and boards and member.architecture not in boards
    }


def _unadvertised(cluster: ClusterFacts, names: list[str]) -> dict[str, str]:
    """Find the nodes where a pod that asks for a GPU as a resource would wait for ever."""
    if cluster.gpu_way.name != "device-plugin":
        return {}
    why = "advertises no nvidia.com/gpu, which pods are to ask for (see the check gpu_advertised)"
    return {
        name: f"{name} {why}" for name in names if name not in cluster.giving_no_gpu and not cluster.member(name).gpus
    }


@pytest.fixture(scope="session")
def claim_pods(
    inventory: Inventory,
    cluster: ClusterFacts,
    nfs_blocked: dict[str, str],
    trial_mounts: dict[str, TrialMount],
    worker_room: dict[str, tuple[str, ...]],
    own_namespace: OwnNamespace,
) -> dict[str, ClaimPod]:
    """The nfs-test-pod on each agent that can mount the export, and what it sees of the images."""
    from edgeproof.trial.claim_pods import ClaimPods, spec_for

    unmounted = {
        name: f"{inventory.storage.export} cannot be mounted from {inventory.nfs_address} (see the check mount)"
        for name, mount in trial_mounts.items()
        if not reason(mount, "complaint") and mount.complaint
    }
    rests_on = nfs_blocked | unmounted
    usable, missing = _usable(cluster, [agent.name for agent in inventory.agents], is_scheduled=True)
    rests_on |= _crowded(cluster, worker_room, [name for name in usable if name not in rests_on], spec_for(cluster))
    able = [name for name in usable if name not in rests_on]
    pods = ClaimPods(inventory, own_namespace).start(able) if able else {}
    return ByNode(dict(pods), missing | rests_on)  # type: ignore[return-value]
