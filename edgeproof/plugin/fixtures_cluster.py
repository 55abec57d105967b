"""Fixtures that set something up in the cluster, in a namespace of the run's own that is always removed."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

from edgeproof.facts.observed import Blocked, NotApplicable, reason
from edgeproof.inventory import Inventory, Node, Storage
from edgeproof.plugin.session import INVENTORY, SHARED, is_worker, progress
from edgeproof.plugin.sudo import PASSWORD
from edgeproof.side_by_side import side_by_side

if TYPE_CHECKING:
    from edgeproof.facts.cluster import ClusterFacts
    from edgeproof.facts.node import NodeFacts
    from edgeproof.facts.node.storage import Listing
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

    def __missing__(self, name: str) -> object:
        if name in self.pointless:
            raise NotApplicable(self.pointless[name])
        raise Blocked(self.missing.get(name, f"nothing was set up on {name}"))


MADE = "namespaces"
"""Folder in the run's shared one: a file for each namespace that stands, named by its run id."""


@pytest.fixture(scope="session")
def own_namespace(pytestconfig: pytest.Config, inventory: Inventory, cluster: ClusterFacts) -> Iterator[OwnNamespace]:
    """A namespace of this run's own; blocked while the API does not answer."""
    from edgeproof.trial.namespace import OwnNamespace

    assert cluster.members is not None
    own = OwnNamespace(inventory, cluster, progress(pytestconfig))
    note = pytestconfig.stash[SHARED] / MADE / own.run_id
    note.parent.mkdir(exist_ok=True)
    note.touch()
    with own:
        yield own
    note.unlink()


@pytest.hookimpl(tryfirst=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove what an xdist worker could not: it is ended at once where the run is interrupted."""
    if is_worker(config) or SHARED not in config.stash or INVENTORY not in config.stash:
        return
    left = [note.name for note in (config.stash[SHARED] / MADE).glob("*")]
    if not left:
        return
    from edgeproof.connect.api import KubernetesApi
    from edgeproof.errors import EdgeproofError
    from edgeproof.trial.namespace import remove_run

    for run in left:
        try:
            remove_run(KubernetesApi(config.stash[INVENTORY]), run)
        except EdgeproofError as error:
            sys.stderr.write(f"edgeproof: {error}\n")


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
def verify_pods(
    inventory: Inventory, nodes: dict[str, NodeFacts], cluster: ClusterFacts, own_namespace: OwnNamespace
) -> dict[str, VerifyPod]:
    """The pod of gpu-cluster-verify on each node, and what it sees."""
    from edgeproof.trial.verify_pods import VerifyPods

    pointless = _of_another_machine(cluster)
    usable, missing = _usable(cluster, [name for name in inventory.nodes if name not in pointless], is_scheduled=False)
    unadvertised = _unadvertised(cluster, usable)
    able = [name for name in usable if name not in unadvertised]
    pods = VerifyPods(inventory, own_namespace).start(able, broken_links(nodes, cluster)) if able else {}
    return ByNode(dict(pods), missing | unadvertised, pointless)  # type: ignore[return-value]


def broken_links(nodes: dict[str, NodeFacts], cluster: ClusterFacts) -> dict[str, str]:
    """Say by the node's name why its pods can have no GPU; Docker's chain counts where Docker's default runtime is the way."""
    from edgeproof.facts.node import broken_link

    if cluster.gpu_way.name != "default-runtime":
        return {}
    docker = [name for name, member in cluster.members.items() if member.is_ready and member.runtime == "docker"]
    return {name: broken_link(nodes[name]) for name in docker}


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
def nfs_blocked(inventory: Inventory, storage: Storage, nodes: dict[str, NodeFacts]) -> dict[str, str]:
    """The agents that cannot mount whatever the claim says, each with the reason."""
    blocked = {}
    for agent in inventory.agents:
        why = _no_client(nodes[agent.name]) or _no_server(inventory, nodes, agent) or _shut_out(nodes[agent.name])
        if why:
            blocked[agent.name] = why
    return blocked


def _no_client(agent: NodeFacts) -> str:
    unasked = reason(agent, "nfs_client")
    return unasked or (
        "" if agent.nfs_client else "no NFS client is installed (see the check nfs_client in tests_node)"
    )


def _no_server(inventory: Inventory, nodes: dict[str, NodeFacts], agent: Node) -> str:
    """Say why the server lets no mount by this agent succeed; '' where it may, or where the mount itself must tell."""
    if inventory.nfs_node is None:
        return ""
    server = nodes[inventory.nfs_node.name]
    if server.reach.error:
        return f"SSH to the NFS server {server.name}: {server.reach.error}"
    return "" if reason(server, "nfs_server") else server.nfs_server.refuses(agent, inventory.storage)


def _shut_out(agent: NodeFacts) -> str:
    """Say that the agent does not get through to the server's port; '' where it does, or nobody knows."""
    if reason(agent, "shut") or reason(agent.shut, "nfs") or not agent.shut.nfs:
        return ""
    return f"{agent.name} does not get through to {agent.shut.nfs[0]} (see the check nfs_port in tests_node)"


@pytest.fixture(scope="session")
def claim_pods(
    inventory: Inventory,
    cluster: ClusterFacts,
    nfs_blocked: dict[str, str],
    trial_mounts: dict[str, TrialMount],
    own_namespace: OwnNamespace,
) -> dict[str, ClaimPod]:
    """The nfs-test-pod on each agent that can mount the export, and what it sees of the images."""
    from edgeproof.trial.claim_pods import ClaimPods

    unmounted = {
        name: f"{inventory.storage.export} cannot be mounted from {inventory.nfs_address} (see the check mount)"
        for name, mount in trial_mounts.items()
        if not reason(mount, "complaint") and mount.complaint
    }
    rests_on = nfs_blocked | unmounted
    usable, missing = _usable(cluster, [agent.name for agent in inventory.agents], is_scheduled=True)
    able = [name for name in usable if name not in rests_on]
    pods = ClaimPods(inventory, own_namespace).start(able) if able else {}
    return ByNode(dict(pods), missing | rests_on)  # type: ignore[return-value]


@pytest.fixture(scope="session")
def trial_mounts(
    pytestconfig: pytest.Config, inventory: Inventory, nfs_blocked: dict[str, str]
) -> dict[str, TrialMount]:
    """The export mounted by hand on each agent, all at once."""
    from edgeproof.trial.mounts import try_mount

    able = [agent.name for agent in inventory.agents if agent.name not in nfs_blocked]
    password = pytestconfig.stash[PASSWORD]
    mounts = side_by_side(able, lambda name: try_mount(inventory, inventory.nodes[name], password))
    return ByNode(dict(mounts), nfs_blocked)  # type: ignore[return-value]


@pytest.fixture
def usual_listing(
    inventory: Inventory, nodes: dict[str, NodeFacts], agent: NodeFacts, claim_pods: dict[str, ClaimPod]
) -> Listing:
    """What the pods are to see: the server's own listing, else what most of them see; not applicable where only this agent's tells.

    Blocked where this agent's pod tells nothing.
    """
    assert claim_pods[agent.name].listing is not None
    server = nodes[inventory.nfs_node.name] if inventory.nfs_node else None
    if server and not reason(server, "nfs_server") and not reason(server.nfs_server, "listing"):
        return server.nfs_server.listing
    seen = [pod.listing for pod in claim_pods.values() if not reason(pod, "listing")]
    if len(seen) < 2:
        raise NotApplicable(
            f"the folder on {inventory.nfs_address} cannot be listed here, and no two pods can be compared"
        )
    return Counter(seen).most_common(1)[0][0]
