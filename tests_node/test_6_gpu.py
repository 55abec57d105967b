"""The GPU's device nodes, deviceQuery in a container, as root and as another user, and the NFS client."""

import pytest

from edgeproof.facts.node import NodeFacts


def test_devices(node: NodeFacts) -> None:
    """The GPU's device nodes exist."""
    assert node.gpu_devices != ()


def test_device_query(node: NodeFacts) -> None:
    """The deviceQuery container ends in `Result = PASS`."""
    assert node.device_query.result == "PASS"


def test_gpu_as_user(node: NodeFacts) -> None:
    """DeviceQuery passes as a user other than root, too, who has the groups of the GPU's device nodes."""
    assert node.device_query.as_user.result == "PASS"


@pytest.mark.usefixtures("storage")
def test_nfs_client(agent: NodeFacts) -> None:
    """mount.nfs is installed on agents."""
    assert agent.nfs_client != ()
