"""TCP ports that agents need of others, the API's and NFS's: which of them a node reaches, and on which it listens itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edgeproof import limits
from edgeproof.facts.node.snippets import SNIPPETS
from edgeproof.facts.observed import Facts, Unobserved, unobserved
from edgeproof.facts.probe import Output, Probe
from edgeproof.facts.snippet import snippet
from edgeproof.inventory import Inventory, Node

API_PORT = 6443
"""Where K3s's servers listen, for agents and for each other (docs.k3s.io, Requirements)."""

NFS_PORT = 2049
MOST_SERVERS = 5

Door = tuple[str, int]
"""A machine's address, or its name, and a TCP port."""

OPEN, UNKNOWN = "open", "unknown"


@dataclass(frozen=True, repr=False)
class Ports(Facts):
    """What came of asking each door (open, refused, silent, unreachable, unknown), and the ports that this machine listens on."""

    answers: Mapping[Door, str]
    listening: frozenset[int]

    def answer(self, door: Door) -> str:
        """Give what came of asking a door; unknown for one that was not asked."""
        return self.answers.get(door, UNKNOWN)


def parse_ports(output: Output) -> Ports | Unobserved:
    """Lines `port ADDRESS PORT WORD`; `listed` where the kernel told its sockets, and `listens PORT` for each that listens."""
    pattern = r"^port (\S{1,255}) ([0-9]{1,5}) (open|refused|silent|unreachable|unknown)$"
    answers = {(host, int(port)): word for host, port, word in re.findall(pattern, output.stdout, re.M)}
    is_listed = re.search(r"^listed$", output.stdout, re.M)
    if not answers and not is_listed:
        return Unobserved("the node told nothing of its ports")
    listening = frozenset(int(port) for port in re.findall(r"^listens ([0-9]{1,5})$", output.stdout, re.M))
    return Ports(answers, listening if is_listed else unobserved("/proc/net/tcp cannot be read"))


def api_doors(inventory: Inventory) -> dict[str, Door]:
    """Give the API's door on each server, by the server's name; of many servers, the first five."""
    return {server.name: (str(server.address), API_PORT) for server in inventory.servers[:MOST_SERVERS]}


def nfs_door(inventory: Inventory) -> Door:
    """Give the NFS server's door; its port is that of the mount options, if they name one (nfs(5))."""
    named = (re.fullmatch(r"port=([0-9]{1,5})", option) for option in inventory.storage.mount_options)
    return inventory.nfs_address, next((int(match[1]) for match in named if match), NFS_PORT)


def ports_probe(inventory: Inventory) -> Probe[Ports]:
    """Ask the API's door on the servers, and the NFS server's."""
    doors = [*api_doors(inventory).values(), *([] if inventory.storage.absent else [nfs_door(inventory)])]
    text = snippet(
        SNIPPETS, "ports", targets=" ".join(f"{host}:{port}" for host, port in doors),
        ports=" ".join(map(str, sorted({port for _, port in doors}))),
        wait_s=f"{limits.PORT_S:.0f}", limit_s=f"{limits.PORT_S + limits.KILL_S:.0f}",
    )  # fmt: skip
    return Probe("ports", text, parse_ports, timeout_s=limits.PORTS_S)


@dataclass(frozen=True, repr=False)
class PortsFacts(Facts):
    """Layer 3: ports of other layers, as seen from here."""

    ports: Ports


def probes(inventory: Inventory, node: Node) -> tuple[Probe[Any], ...]:
    """Give the probes of `PortsFacts`, by its fields' names."""
    return (ports_probe(inventory),)
