"""The export, a mount by hand, the claim, and a pod that lists the images."""

from edgeproof.facts.cluster import ClusterFacts
from edgeproof.facts.node import NodeFacts
from edgeproof.inventory import Inventory
from edgeproof.trial.claim_pods import ClaimPod
from edgeproof.trial.mounts import TrialMount

CLAIM = "nfs-images-pvc"


def test_export(server: NodeFacts, nodes: dict[str, NodeFacts], inventory: Inventory) -> None:
    """The NFS server runs and exports the images with the declared options; the folder is nobody's, open to all."""
    assert nodes[inventory.nfs_server.name].nfs_server.active is True
    assert [
        export.path for export in nodes[inventory.nfs_server.name].nfs_server.exports_of(inventory.storage.export)
    ] != []
    assert nodes[inventory.nfs_server.name].nfs_server.missing_options(inventory.storage) == frozenset()
    assert nodes[inventory.nfs_server.name].nfs_server.owner == "nobody:nogroup"
    assert nodes[inventory.nfs_server.name].nfs_server.mode == "777"


def test_mount(agent: NodeFacts, trial_mounts: dict[str, TrialMount]) -> None:
    """The agent mounts the export by hand."""
    assert trial_mounts[agent.name].complaint == ""


def test_claim(cluster: ClusterFacts) -> None:
    """A claim nfs-images-pvc that the user has made is of class "" and bound to its NFS volume, not to local-path."""
    assert [claim for claim in cluster.claims_named(CLAIM) if claim.storage_class or claim.phase != "Bound"] == []


def test_pod_with_claim(agent: NodeFacts, claim_pods: dict[str, ClaimPod]) -> None:
    """A pod on the agent runs with the claim mounted."""
    assert claim_pods[agent.name].complaint == ""


def test_listing(
    agent: NodeFacts, claim_pods: dict[str, ClaimPod], nodes: dict[str, NodeFacts], inventory: Inventory
) -> None:
    """The pod sees the same files as the server: equal in number, and in names and sizes."""
    assert claim_pods[agent.name].files == nodes[inventory.nfs_server.name].nfs_server.files
    assert claim_pods[agent.name].listing_sha256 == nodes[inventory.nfs_server.name].nfs_server.listing_sha256
