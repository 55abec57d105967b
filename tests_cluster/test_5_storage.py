"""The NFS server and its export, a mount by hand, the mounts that stand, the claim, and a pod that lists the images."""

import pytest

from edgeproof.facts.cluster import ClusterFacts
from edgeproof.facts.node import NodeFacts
from edgeproof.facts.node.storage import Listing, NfsServer, needed
from edgeproof.inventory import Inventory, Storage
from edgeproof.trial.claim_pods import ClaimPod
from edgeproof.trial.mounts import TrialMount
from edgeproof.trial.standing_mounts import MountTrouble

CLAIM = "nfs-images-pvc"

pytestmark = pytest.mark.usefixtures("storage")


def test_nfs_service(nfs_server: NfsServer) -> None:
    """An NFS server runs on the node that exports the images, and is started at boot."""
    assert nfs_server.service != ""
    assert nfs_server.idle_at_boot == ()


def test_export(nfs_server: NfsServer, inventory: Inventory) -> None:
    """The images are exported to every agent, with the declared options."""
    assert nfs_server.left_out(inventory) == ()
    assert nfs_server.granted(inventory) == inventory.storage.options


def test_export_folder(nfs_server: NfsServer, inventory: Inventory, storage: Storage) -> None:
    """The exported folder is there, and whoever the agents act as on the server can use it and its files."""
    assert nfs_server.has_folder(storage) is True
    assert nfs_server.rights(inventory) == needed(storage)


def test_mount(agent: NodeFacts, trial_mounts: dict[str, TrialMount]) -> None:
    """The agent mounts the export by hand."""
    assert trial_mounts[agent.name].complaint == ""


def test_standing_mounts(node: NodeFacts, standing_mounts: dict[str, tuple[MountTrouble, ...]]) -> None:
    """The NFS mounts of the node answer, with the options that were asked for, and none that /etc/fstab names is missing."""
    assert standing_mounts[node.name] == ()


def test_claim(cluster: ClusterFacts) -> None:
    """A claim nfs-images-pvc that the user has made is bound to an NFS volume, whatever its class."""
    assert cluster.claims_off_nfs(CLAIM) == ()


def test_pod_with_claim(agent: NodeFacts, claim_pods: dict[str, ClaimPod]) -> None:
    """A pod on the agent runs with the claim mounted."""
    assert claim_pods[agent.name].complaint == ""


def test_listing(agent: NodeFacts, claim_pods: dict[str, ClaimPod], usual_listing: Listing) -> None:
    """The pod sees the same files as the server, or as the other agents where the server cannot be asked: in number, names and sizes."""
    assert claim_pods[agent.name].listing.is_one is True
    assert claim_pods[agent.name].listing == usual_listing
