"""The board answers, lets us in, and is what it should be."""

from edgeproof.facts.node import NodeFacts
from edgeproof.facts.node.clock import MOST_APART_S, ClientClock


def test_ssh(node: NodeFacts) -> None:
    """SSH connects and authenticates, and the host key is the known one."""
    assert node.reach.error == ""


def test_sudo(node: NodeFacts) -> None:
    """The user may become root by sudo, without a prompt or with the password that was asked for or stands in $EDGEPROOF_SUDO_PASSWORD."""
    assert node.sudo.refusal == ""


def test_platform(node: NodeFacts) -> None:
    """The L4T release runs the same images as that of most boards with this SoC."""
    assert node.fleet.branch == node.fleet.usual_branch


def test_clock(node: NodeFacts) -> None:
    """The clock is within a second of the time that most nodes and this machine have."""
    assert node.fleet.clock_off_by_s <= MOST_APART_S


def test_clock_synchronised(node: NodeFacts) -> None:
    """Another clock keeps this one (NTP of any kind), unless the network is declared offline: without a battery a board starts in the past."""
    assert node.timekeeping.synchronised


def test_client_clock(client_clock: ClientClock) -> None:
    """The clock of the machine that runs this is within a second of the time that most nodes have."""
    assert client_clock.off_by_s <= MOST_APART_S
