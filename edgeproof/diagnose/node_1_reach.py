"""Advice on tests_node's layer 1: test_1_reach."""

from __future__ import annotations

from edgeproof.diagnose.advice import Advice, advises
from edgeproof.facts.node import NodeFacts

LOGIN = {
    "NodeUnreachable": "the node does not answer",
    "WayFailed": "what leads to the node fails: a jump host, or ssh's ProxyCommand",
    "SshConfigInvalid": "ssh's own configuration cannot be used",
    "KeyRefused": "the node lets this user in by none of our keys",
    "HostKeyUnknown": "nobody has said yet that this node is the one that it says it is",
    "HostKeyChanged": "the node is not the machine that it was",
}
"""What each refusal means, by the name of its class in edgeproof.errors."""


@advises("ssh")
def ssh(node: NodeFacts) -> Advice:
    """The connection's own error says it best."""
    fix = node.reach.fix or f"ssh -v {node.name}"
    return Advice(LOGIN.get(node.reach.kind, "the node does not let us in"), fix, does=node.reach.does)


@advises("sudo")
def sudo(node: NodeFacts) -> Advice:
    """Each thing that sudo refuses for has a fix of its own; none opens more than was asked for."""
    user, where = node.reach.user or "this user", f"on {node.name}, as a user who may"
    refusals = {
        "asks": Advice(
            f"sudo asks {user} for a password, and none was given",
            "run edgeproof at a terminal, where it asks once; elsewhere: read -rs EDGEPROOF_SUDO_PASSWORD; export EDGEPROOF_SUDO_PASSWORD",
            does="reads",
        ),
        "wrong-password": Advice(
            f"the password that was given is not {user}'s",
            f"try it there by hand: sudo -k; sudo -v   # as {user} on {node.name}",
            does="reads",
        ),
        "no-rights": Advice(
            f"{user} may not become root by sudo",
            f"name a user who may (nodes.{node.name}.user in cluster.yaml), or {where}: sudo usermod -aG sudo {user}",
            does="changes",
        ),
        "requires-tty": Advice(
            f"sudo lets {user} in at a terminal only (requiretty)",
            f"{where}: sudo visudo -f /etc/sudoers.d/{user}-no-terminal   # with the line: Defaults:{user} !requiretty",
            does="changes",
        ),
        "not-installed": Advice(
            "sudo is not installed", f"as root on {node.name}: apt-get install sudo", does="changes"
        ),
    }
    unknown = Advice(
        f"sudo does not run as it should: {node.sudo.said or 'it says nothing'}",
        f"sudo -l   # on {node.name}",
        does="reads",
    )
    return refusals.get(node.sudo.refusal, unknown)


@advises("platform")
def platform(node: NodeFacts) -> Advice:
    """Boards of one SoC have releases that do not run the same images."""
    own = f"L4T {node.platform.l4t}" + (f" (JetPack {node.platform.jetpack})" if node.platform.jetpack else "")
    return Advice(
        f"{node.name} has {own}, most boards with its SoC ({node.platform.soc}) have {node.fleet.usual_branch}: "
        "images of the one do not run on the other",
        f"# back up {node.name}, drain it, and flash it with {node.fleet.usual_branch}: flashing erases the board",
        "l4t-image-mismatch",
        does="deletes",
    )
