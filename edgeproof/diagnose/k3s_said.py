"""What K3s's own words mean where it does not stay up, or its node is not Ready: a fix for each, and none for words that are not known."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from edgeproof.diagnose.advice import Advice, catalogue
from edgeproof.diagnose.known_lines import known_line
from edgeproof.errors import Does
from edgeproof.facts.node import NodeFacts
from edgeproof.facts.node.k3s import DATA_DIR
from edgeproof.facts.observed import reason
from edgeproof.inventory import Inventory

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


def meaning(said: str, node: NodeFacts, nodes: dict[str, NodeFacts], inventory: Inventory) -> Advice | None:
    """Explain what K3s said on a node by the lines that it is known to print; None for others."""
    line = known_line("k3s", said)
    if line is None:
        return None
    if line.id == "token-ca-mismatch":
        return foreign_token(node, nodes, inventory)
    if line.id == "duplicate-hostname" and not _shares_its_name(node):
        return _another_password(node, inventory)
    found = catalogue(line.id, node=node.name, server=inventory.server.name, unit=unit_of(node))
    return replace(found, source=line.source)


def foreign_token(node: NodeFacts, nodes: dict[str, NodeFacts], inventory: Inventory) -> Advice:
    """The agent's token belongs to another cluster CA: where the right one stands, and where it belongs."""
    k3s, server = node.k3s, nodes[inventory.server.name]
    known = not reason(server, "k3s") and not reason(server.k3s, "data_dir")
    return catalogue(
        "token-ca-mismatch",
        node=node.name, server=inventory.server.name, server_address=inventory.endpoint, data=server.k3s.data_dir if known else DATA_DIR,
        file=k3s.token_setting_file or k3s.url_file or "its settings", unit=unit_of(node),
    )  # fmt: skip


def unit_of(node: NodeFacts) -> str:
    """Name the unit that is really there, else the installer's own."""
    service = None if reason(node, "k3s") else node.k3s.service
    return (service.unit if service else "") or ("k3s" if node.declared.is_server else "k3s-agent")


def words_of(node: NodeFacts) -> str:
    """Give K3s's last error, of its start or as it runs, where its journal was read and has one."""
    if reason(node, "k3s"):
        return ""
    return node.k3s.said or ("" if reason(node, "k3s_log") else node.k3s_log.said)


def said_there(node: NodeFacts) -> str:
    """Give the same as the end of a cause; '' for none."""
    return f"; K3s there logged: {words_of(node)}" if words_of(node) else ""


NOT_REACHED = re.compile(r"failed to get CA certs|no such host|server misbehaving")
"""What an agent says that never spoke with its server, as the one without an address for its name does."""


def by_mdns(node: NodeFacts, inventory: Inventory) -> Advice | None:
    """A .local name that the board itself resolves, and K3s does not: Go asks DNS and /etc/hosts alone (k3s#1395, #2085)."""
    k3s = None if reason(node, "k3s") or reason(node.k3s, "url") else node.k3s
    if k3s is None or not k3s.never_joined or not k3s.url_host.endswith(".local") or not k3s.url_addresses:
        return None
    if k3s.said and not NOT_REACHED.search(k3s.said):
        return None
    address = str(inventory.server.address)
    return Advice(
        f"{node.name} has not joined the cluster: it asks {k3s.url}, and K3s looks names up in DNS and /etc/hosts alone, not by mDNS, "
        f"which serves .local{said_there(node)}",
        f"{ask(node, address)}   # or give the name to K3s: echo '{address} {k3s.url_host}' | sudo tee -a /etc/hosts",
        does="restarts",
    )


def ask(node: NodeFacts, host: str) -> str:
    """Have an agent ask another host for the cluster."""
    return f"on {node.name}: write https://{host}:6443 into {node.k3s.url_file or 'its settings'} and: sudo systemctl restart {unit_of(node)}"


def _shares_its_name(node: NodeFacts) -> bool:
    return bool(reason(node.fleet, "same_hostname") or node.fleet.same_hostname)


def _another_password(node: NodeFacts, inventory: Inventory) -> Advice:
    """No other board has its name: K3s made the password anew, and the server keeps the one that it saw first (k3s#6054, #802)."""
    return replace(
        catalogue("duplicate-hostname", node=node.name),
        cause=f"the server {inventory.server.name} knows {node.name} by another node password, as after the board was flashed or K3s installed anew; "
        "no other board of cluster.yaml has its hostname",
        fix=f"kubectl -n kube-system delete secret {node.name}.node-password.k3s   # then on {node.name}: sudo systemctl restart {unit_of(node)}",
        does="deletes",
    )


def misses_its_etcd_address(output: str) -> bool:
    """Tell whether K3s's last words are that etcd knows this server by another address."""
    return re.search(NO_MEMBER, output) is not None


def _unknown_flag(found: re.Match[str], _: str, by: SaidBy) -> str:
    return (
        f"remove --{found[1]} from what K3s on {by.node} is started with (systemctl cat {by.unit}; /etc/rancher/k3s/config.yaml), or "
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
