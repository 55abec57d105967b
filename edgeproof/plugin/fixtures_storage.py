"""Fixtures of the export: what keeps an agent from mounting it, a mount by hand, the mounts that stand, and what a pod is to see in it."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from edgeproof.facts.observed import Blocked, NotApplicable, reason
from edgeproof.inventory import Inventory, Node, Storage
from edgeproof.plugin.fixtures_cluster import ByNode
from edgeproof.plugin.sudo import PASSWORD
from edgeproof.side_by_side import side_by_side

if TYPE_CHECKING:
    from edgeproof.facts.cluster import ClusterFacts
    from edgeproof.facts.node import NodeFacts
    from edgeproof.facts.node.storage import Listing
    from edgeproof.trial.claim_pods import ClaimPod
    from edgeproof.trial.mounts import TrialMount
    from edgeproof.trial.standing_mounts import MountTrouble


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
def trial_mounts(
    pytestconfig: pytest.Config, inventory: Inventory, nfs_blocked: dict[str, str]
) -> dict[str, TrialMount]:
    """The export mounted by hand on each agent, all at once."""
    from edgeproof.trial.mounts import try_mount

    able = [agent.name for agent in inventory.agents if agent.name not in nfs_blocked]
    password = pytestconfig.stash[PASSWORD]
    mounts = side_by_side(able, lambda name: try_mount(inventory, inventory.nodes[name], password))
    return ByNode(dict(mounts), nfs_blocked)  # type: ignore[return-value]


@pytest.fixture(scope="session")
def standing_mounts(
    inventory: Inventory,
    nodes: dict[str, NodeFacts],
    cluster: ClusterFacts,
    nfs_blocked: dict[str, str],
    trial_mounts: dict[str, TrialMount],
) -> dict[str, tuple[MountTrouble, ...]]:
    """What is wrong with the NFS mounts that stand on each node, and that /etc/fstab names."""
    from edgeproof.trial.standing_mounts import troubles

    known = () if reason(cluster, "persistent_volumes") else cluster.persistent_volumes
    volumes = {volume.name: volume.mount_options for volume in known}

    def of_node(name: str) -> tuple[MountTrouble, ...]:
        trial = trial_mounts.get(name)
        fails = trial is not None and not reason(trial, "complaint") and trial.complaint
        why = nfs_blocked.get(name) or (
            f"a mount by hand of {inventory.storage.export} fails (see the check mount)" if fails else ""
        )
        return troubles(nodes[name].nfs_mounts, volumes, inventory.nfs_address, why)

    return ByNode.made(nodes, of_node)  # type: ignore[return-value]


@pytest.fixture
def usual_listing(
    inventory: Inventory,
    nodes: dict[str, NodeFacts],
    agent: NodeFacts,
    claim_pods: dict[str, ClaimPod],
    standing_mounts: dict[str, tuple[MountTrouble, ...]],
) -> Listing:
    """What the pods are to see: the server's own listing, else what most of them see; not applicable where only this agent's tells.

    Blocked where this agent's pod tells nothing, or only that its mount is stale or the folder closed, which another check tells.
    """
    own = claim_pods[agent.name].listing
    if re.search(r"Permission denied", claim_pods[agent.name].trouble) and (why := _closed(inventory, nodes)):
        raise Blocked(why)
    for trouble in standing_mounts.get(agent.name, ()):
        if trouble.kind == "stale" and re.search(r"\bstale\b", claim_pods[agent.name].trouble, re.I):
            raise Blocked(f"{trouble!r} (see the check standing_mounts)")
    server = nodes[inventory.nfs_node.name] if inventory.nfs_node else None
    if server and not reason(server, "nfs_server") and not reason(server.nfs_server, "listing"):
        return server.nfs_server.listing
    seen = [pod.listing for pod in claim_pods.values() if not reason(pod, "listing") and pod.listing.is_one]
    if not own.is_one:
        return next(iter(seen), own)  # a pod that could not list fails, whatever the others saw
    if len(seen) < 2:
        raise NotApplicable(
            f"the folder on {inventory.nfs_address} cannot be listed here, and no two pods can be compared"
        )
    return Counter(seen).most_common(1)[0][0]


def _closed(inventory: Inventory, nodes: dict[str, NodeFacts]) -> str:
    """Say that the folder's own rights keep agents out, where the server shows it; '' where it does not."""
    from edgeproof.facts.node.storage import LIST

    if inventory.nfs_node is None or reason(nodes[inventory.nfs_node.name], "nfs_server"):
        return ""
    try:
        is_closed = LIST not in nodes[inventory.nfs_node.name].nfs_server.rights(inventory)
    except (Blocked, NotApplicable):
        return ""
    return f"agents may not list {inventory.storage.export} (see the check export_folder)" if is_closed else ""
