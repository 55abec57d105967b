"""The board answers, lets us in, and is what it should be."""

from edgeproof.facts.node import NodeFacts


def test_ssh(node: NodeFacts) -> None:
    """SSH connects and authenticates, and the host key is the known one."""
    assert node.reach.error == ""


def test_sudo(node: NodeFacts) -> None:
    """The user may become root by sudo, without a prompt or with the password that was asked for or stands in $EDGEPROOF_SUDO_PASSWORD."""
    assert node.sudo.refusal == ""


def test_platform(node: NodeFacts) -> None:
    """The L4T release runs the same images as that of most boards with this SoC."""
    assert node.fleet.branch == node.fleet.usual_branch
