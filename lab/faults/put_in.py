"""Puts faults in and takes them out; what is in stands in the lab's state folder."""

from __future__ import annotations

import json
from pathlib import Path

from lab.errors import LabError
from lab.faults.board import BOARD_FAULTS
from lab.faults.cluster import CLUSTER_FAULTS
from lab.faults.containerd import CONTAINERD_FAULTS
from lab.faults.docker import DOCKER_FAULTS
from lab.faults.fault import Fault
from lab.faults.membership import MEMBERSHIP_FAULTS
from lab.faults.network import NETWORK_FAULTS
from lab.faults.storage import STORAGE_FAULTS
from lab.faults.sudo import SUDO_FAULTS
from lab.faults.workload import WORKLOAD_FAULTS
from lab.lab import Lab, Node
from lab.up import up

ALL = (
    *BOARD_FAULTS,
    *SUDO_FAULTS,
    *NETWORK_FAULTS,
    *MEMBERSHIP_FAULTS,
    *CLUSTER_FAULTS,
    *STORAGE_FAULTS,
    *DOCKER_FAULTS,
    *CONTAINERD_FAULTS,
    *WORKLOAD_FAULTS,
)
FAULTS: dict[str, Fault] = {fault.name: fault for fault in ALL}


def faults_in(lab: Lab) -> list[tuple[str, str]]:
    """Name the faults that are in, each with its node."""
    try:
        return [(fault, node) for fault, node in json.loads(_file(lab).read_text())]
    except FileNotFoundError:
        return []


def put_in(lab: Lab, name: str, node_name: str | None = None) -> Node:
    """Put a fault in, on the node named or on its usual one; give the node. Raises LabError for an unknown fault."""
    fault = FAULTS.get(name)
    if fault is None:
        raise LabError(f"no fault {name}; known: {', '.join(FAULTS)}")
    if why := fault.why_not(lab.plan):
        raise LabError(
            f"{name} {why}, and lab {lab.plan.name} is on {lab.plan.runtime}, with the GPU by {lab.plan.gpu}"
        )
    usual = lab.server if fault.role == "server" else lab.agents[-1]
    node = lab.node(node_name) if node_name else usual
    if node.role != fault.role:
        raise LabError(f"{name} is a fault of the {fault.role}, and {node.name} is the {node.role}")
    # Written first: one that breaks off half-way is mended, too.
    _file(lab).write_text(json.dumps([*faults_in(lab), (name, node.name)]))
    fault.put_in(lab, node)
    return node


def mend_all(lab: Lab) -> list[str]:
    """Take every fault out, the last first, and wait until the lab is whole; give their names."""
    mended = []
    for name, node_name in reversed(faults_in(lab)):
        FAULTS[name].take_out(lab, lab.node(node_name))
        mended.append(f"{name} on {node_name}")
    _file(lab).unlink(missing_ok=True)
    if mended:
        up(lab.plan)
    return mended


def _file(lab: Lab) -> Path:
    return lab.folder / "faults.json"
