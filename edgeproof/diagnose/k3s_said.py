"""What K3s's own last words mean where it does not stay up: a fix for each, and none for words that are not known."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from edgeproof.errors import Does

MEMBER = re.compile(r"[\[ ](?P<name>[^\s=\[]+)=https?://(?P<address>[^\s\]]+):\d+")
"""One of etcd's members, as K3s lists them: its name, which K3s keeps in its data folder, and its address."""

NO_MEMBER = r"not a member of the etcd cluster"


@dataclass(frozen=True)
class SaidBy:
    """Who said it: the node, and the unit that is to be started again."""

    node: str
    unit: str


@dataclass(frozen=True)
class Remedy:
    """A fix, and the heaviest thing that it does."""

    fix: str
    does: Does


def remedy(said: str, by: SaidBy) -> Remedy | None:
    """Give the fix for K3s's last words; None for words that are not known."""
    for pattern, fix in MEANINGS:
        if found := re.search(pattern, said):
            return Remedy(fix(found, said, by), "restarts")
    return None


def misses_its_etcd_address(output: str) -> bool:
    """Tell whether K3s's last words are that etcd knows this server by another address."""
    return re.search(NO_MEMBER, output) is not None


def _unknown_flag(found: re.Match[str], _: str, by: SaidBy) -> str:
    return (
        f"take --{found[1]} out of what K3s on {by.node} runs with (systemctl cat {by.unit}; /etc/rancher/k3s/config.yaml), or "
        f"install a release of K3s that knows it; then: sudo systemctl daemon-reload && sudo systemctl restart {by.unit}"
    )


def _no_member(__: re.Match[str], said: str, by: SaidBy) -> str:
    """Its address has changed: etcd knows a server by the one it joined with."""
    listed, _, expected = said.partition("expect:")
    names = {found["name"] for found in MEMBER.finditer(f" {expected.strip()}")}
    old = [found["address"] for found in MEMBER.finditer(listed) if found["name"] in names]
    address = f"its address {old[0]}" if old else "the address it joined with"
    return (
        f"give {by.node} {address} back, as a static one or by a reservation of the DHCP server (sudo nmtui), and name it in cluster.yaml; "
        f"then: sudo systemctl restart {by.unit}"
    )


def _no_such_address(_: re.Match[str], __: str, by: SaidBy) -> str:
    return (
        f"ip -4 address; kubectl get node {by.node} -o wide   # K3s on {by.node} was given an address (--node-ip), or registered one, that "
        f"no interface has: give it back, as a static one, or set node-ip anew; then: sudo systemctl restart {by.unit}"
    )


MEANINGS: tuple[tuple[str, Callable[[re.Match[str], str, SaidBy], str]], ...] = (
    (r"flag provided but not defined: -+([\w-]+)", _unknown_flag),
    (NO_MEMBER, _no_member),
    (r"failed to find interface with specified node ip", _no_such_address),
)
"""K3s's words and what mends them (k3s#5910; k3s#9879, #11778; k3s#12639); the first that fits."""
