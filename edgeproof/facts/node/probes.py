"""Which facts are gathered from which node."""

from __future__ import annotations

from typing import Any

from edgeproof.facts.node import (
    answers,
    clock,
    clocks,
    disk,
    host_keys,
    identity,
    k3s,
    k3s_log,
    kernel,
    links,
    network,
    network_policy,
    nfs_mounts,
    over_current,
    packet_filter,
    ports,
    power,
    power_rails,
    reboot,
    runtime,
    storage,
    system,
    thermal,
    versions,
)
from edgeproof.facts.node.sudo import SUDO
from edgeproof.facts.probe import Probe
from edgeproof.inventory import Inventory, Node

MODULES = (
    identity,
    answers,
    clock,
    host_keys,
    links,
    network,
    ports,
    power,
    power_rails,
    system,
    clocks,
    over_current,
    thermal,
    disk,
    reboot,
    kernel,
    runtime,
    versions,
    storage,
    nfs_mounts,
    k3s,
    k3s_log,
    network_policy,
    packet_filter,
)
"""Each declares its share of NodeFacts, and gives the probes for it."""


def probes_for(inventory: Inventory, node: Node) -> tuple[Probe[Any], ...]:
    """List the probes for `node`; their results stand in NodeFacts under their names."""
    return (SUDO, *(probe for module in MODULES for probe in module.probes(inventory, node)))
