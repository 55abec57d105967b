"""Fixtures that set something up in the cluster, in a namespace of the run's own that is always removed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from edgeproof.facts.observed import Blocked, reason
from edgeproof.inventory import Inventory
from edgeproof.plugin.session import INVENTORY, SHARED, is_worker, progress
from edgeproof.plugin.sudo import PASSWORD
from edgeproof.side_by_side import side_by_side

if TYPE_CHECKING:
    from edgeproof.facts.cluster import ClusterFacts
    from edgeproof.facts.node import NodeFacts
    from edgeproof.trial.claim_pods import ClaimPod
    from edgeproof.trial.mounts import TrialMount
    from edgeproof.trial.namespace import OwnNamespace
    from edgeproof.trial.verify_pods import VerifyPod


class ByNode(dict[str, "object"]):
    """What was found on each node; asking for one where nothing could be set up blocks, with the reason."""

    def __init__(self, found: dict[str, object], missing: dict[str, str]) -> None:
        super().__init__(found)
        self.missing = missing

    def __missing__(self, name: str) -> object:
        raise Blocked(self.missing.get(name, f"nothing was set up on {name}"))


MADE = "namespaces"
"""Folder in the run's shared one: a file for each namespace that stands, named by its run id."""


@pytest.fixture(scope="session")
def own_namespace(pytestconfig: pytest.Config, inventory: Inventory, cluster: ClusterFacts) -> Iterator[OwnNamespace]:
    """A namespace of this run's own; blocked while the API does not answer."""
    from edgeproof.trial.namespace import OwnNamespace

    assert cluster.members is not None
    own = OwnNamespace(inventory, progress(pytestconfig))
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


def _usable(cluster: ClusterFacts, names: list[str]) -> tuple[list[str], dict[str, str]]:
    """Split the nodes into those that can run a pod, and those that can not, each with the reason."""
    usable, missing = [], {}
    for name in names:
        try:
            member = cluster.member(name)
            if member.ready:
                usable.append(name)
            else:
                missing[name] = f"{name} is not Ready (see the check nodes)"
        except Blocked as blocked:
            missing[name] = blocked.why
    return usable, missing


@pytest.fixture(scope="session")
def verify_pods(
    inventory: Inventory, nodes: dict[str, NodeFacts], cluster: ClusterFacts, own_namespace: OwnNamespace
) -> dict[str, VerifyPod]:
    """The pod of gpu-cluster-verify on each node, and what it sees."""
    from edgeproof.facts.node import broken_link
    from edgeproof.trial.verify_pods import VerifyPods

    usable, missing = _usable(cluster, list(inventory.nodes))
    broken = {name: broken_link(facts) for name, facts in nodes.items()}
    return ByNode(dict(VerifyPods(inventory, own_namespace).start(usable, broken)), missing)  # type: ignore[return-value]


@pytest.fixture(scope="session")
def nfs_blocked(inventory: Inventory, nodes: dict[str, NodeFacts]) -> dict[str, str]:
    """The agents that cannot mount whatever the claim says, each with the reason."""
    server = nodes[inventory.nfs_server.name]
    down = reason(server, "nfs_server")
    if down is None and not server.nfs_server.active:
        down = f"the NFS server on {server.name} does not run (see the check export)"
    if down is None and not server.nfs_server.exports_of(inventory.storage.export):
        down = f"{inventory.storage.export} is not exported (see the check export)"
    blocked = {}
    for agent in inventory.agents:
        own = reason(nodes[agent.name], "nfs_client")
        if down is None and own is None and not nodes[agent.name].nfs_client:
            own = "no NFS client is installed (see the check nfs_client in tests_node)"
        if down or own:
            blocked[agent.name] = down or own or ""
    return blocked


@pytest.fixture(scope="session")
def claim_pods(
    inventory: Inventory, cluster: ClusterFacts, nfs_blocked: dict[str, str], own_namespace: OwnNamespace
) -> dict[str, ClaimPod]:
    """The nfs-test-pod on each agent, and what it sees of the images."""
    from edgeproof.trial.claim_pods import ClaimPods

    usable, missing = _usable(cluster, [agent.name for agent in inventory.agents])
    able = [name for name in usable if name not in nfs_blocked]
    pods = ClaimPods(inventory, own_namespace).start(able) if able else {}
    return ByNode(dict(pods), missing | nfs_blocked)  # type: ignore[return-value]


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
