"""Advice on tests_node's layer 1: test_1_reach."""

from __future__ import annotations

from dataclasses import replace

from edgeproof.diagnose.advice import Advice, advises, catalogue
from edgeproof.facts.node import NodeFacts
from edgeproof.facts.node.clock import CLIENT, ClientClock
from edgeproof.facts.observed import reason

LOGIN = {
    "NodeUnreachable": "the node does not answer",
    "WayFailed": "the way to the node fails: a jump host, or ssh's ProxyCommand",
    "SshConfigInvalid": "ssh's own configuration cannot be used",
    "KeyRefused": "the node accepts none of the offered keys for this user",
    "HostKeyUnknown": "the node's host key has not been confirmed yet",
    "HostKeyChanged": "the node's host key differs from the one that was recorded",
}
"""What each refusal means, by the name of its class in edgeproof.errors."""


@advises("ssh", "the connection's own error, and what mends it")
def ssh(node: NodeFacts) -> Advice:
    """The connection's own error says it best."""
    fix = node.reach.fix or f"ssh -v {node.name}"
    return Advice(LOGIN.get(node.reach.kind, "the login failed"), fix, does=node.reach.does)


REFUSALS = {
    "asks": "sudo-asks-for-password",
    "wrong-password": "sudo-wrong-password",
    "no-rights": "sudo-no-rights",
    "requires-tty": "sudo-requires-tty",
    "not-installed": "sudo-not-installed",
}
"""The row of each thing that sudo refuses for."""


@advises("sudo")
def sudo(node: NodeFacts) -> Advice:
    """Each thing that sudo refuses for has a fix of its own; none opens more than was asked for."""
    user = node.reach.user or "this user"
    if row := REFUSALS.get(node.sudo.refusal):
        return catalogue(row, user=user, node=node.name).after(user)
    return Advice(
        f"sudo failed: {node.sudo.said or 'it says nothing'}",
        f"sudo -l   # on {node.name}",
        does="reads",
    )


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


@advises("clock")
def clock(node: NodeFacts) -> Advice:
    """Nothing keeps it, what should has reached no other clock, or it is kept by another time than the others."""
    found = catalogue("clock-skew", node=node.name, unit="k3s" if node.declared.is_server else "k3s-agent")
    ahead_s = node.clock_offset.ahead_s
    off = f"the clock of {node.name} is {_span(ahead_s)} {'ahead of' if ahead_s > 0 else 'behind'} this machine's"
    services = _services(node)
    if reason(node, "timekeeping") is None and node.timekeeping.kept:
        return replace(
            found,
            cause=f"{off}, though {services or 'something'} keeps it: by another time than the others",
            fix=SOURCES,
            does="reads",
        )
    if services:
        return replace(
            found, cause=f"{off}; {services} runs, and has set it by no other clock yet", fix=SOURCES, does="reads"
        )
    return found.after(off)


SOURCES = "timedatectl; timedatectl timesync-status; chronyc -n sources -v; ntpq -np   # on the node: whose time it takes, and whether that one answers"
"""Those of programs that are not installed say so."""


def _services(node: NodeFacts) -> str:
    return "" if reason(node, "timekeeping") else ", ".join(node.timekeeping.services)


def _span(seconds: float) -> str:
    """Say how long that is, in one unit."""
    seconds = abs(seconds)
    for unit, length in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.1f} s"


@advises("clock_synchronised")
def clock_synchronised(node: NodeFacts) -> Advice:
    """No service for it runs, or none has reached a server."""
    services = _services(node)
    if not services:
        found = catalogue("clock-skew", node=node.name, unit="k3s" if node.declared.is_server else "k3s-agent")
        return replace(
            found,
            cause="nothing keeps the clock by another one: it drifts, and a board without an RTC battery starts in the past",
            fix="sudo timedatectl set-ntp true   # with chrony or systemd-timesyncd installed; where that is not wanted: network: {offline: true} in "
            "cluster.yaml",
            does="changes",
        )
    return Advice(
        f"{services} runs, and has reached no other clock",
        f"{SOURCES}; without a way to the Internet, one machine can be the clock of the others (chrony.conf(5): local, allow)",
        "clock-skew",
        does="reads",
    )


@advises("client_clock")
def client_clock(client_clock: ClientClock, nodes: dict[str, NodeFacts]) -> Advice:
    """The nodes agree with each other, and not with this machine."""
    others = [
        node for node in nodes.values() if not reason(node, "clock_offset") and not node.clock_offset.agrees(CLIENT)
    ]
    names = ", ".join(node.name for node in others)
    agree = "agrees with itself alone" if len(others) == 1 else "agree with each other"
    return Advice(
        f"{names} {agree}, and this machine's clock is {_span(client_clock.off_by_s)} off theirs: it is the one that is wrong, or nobody has told "
        "them the time; certificates of the cluster may be not yet valid here",
        "timedatectl   # on this machine, then on a node: which of them is synchronised?",
        "clock-skew",
        does="reads",
    )
