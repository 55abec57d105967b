"""Which facts are gathered from which node."""

from __future__ import annotations

from typing import Any

from edgeproof.facts.node import identity, kubernetes, network, runtime, storage, system
from edgeproof.facts.observed import Unobserved
from edgeproof.facts.probe import Output, Probe
from edgeproof.inventory import Inventory, Node


def parse_sudo(output: Output) -> bool | Unobserved:
    """Tell whether the root part of the script ran: it prints root's user id."""
    return output.stdout.strip() == "0"


SUDO = Probe("sudo", "id -u", parse_sudo, root=True)


def probes_for(inventory: Inventory, node: Node) -> tuple[Probe[Any], ...]:
    """List the probes for `node`; their results stand in NodeFacts under their names."""
    found: list[Probe[Any]] = [
        SUDO,
        *identity.PROBES,
        *network.PROBES,
        network.answers_probe(inventory),
        *system.PROBES,
        *runtime.PROBES,
        runtime.device_query_probe(inventory),
        runtime.worker_image_probe(inventory),
        kubernetes.K3S,
    ]
    if node.name == inventory.nfs_server.name:
        found.append(storage.nfs_server_probe(inventory))
    return tuple(found)
