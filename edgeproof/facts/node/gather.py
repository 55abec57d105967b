"""Gathers what all nodes print: one connection and one script a node, all nodes at once."""

from __future__ import annotations

import os
import secrets
from dataclasses import asdict
from typing import Any

from edgeproof import limits
from edgeproof.connect.ssh import open_node
from edgeproof.errors import ConnectError
from edgeproof.facts.node.probes import probes_for
from edgeproof.facts.reach import Reach, refused
from edgeproof.facts.script import compose, take_apart
from edgeproof.inventory import Inventory, Node
from edgeproof.say import Say
from edgeproof.side_by_side import side_by_side

PASSWORD = "EDGEPROOF_SUDO_PASSWORD"
"""The environment variable that holds the user's sudo password, where sudo asks for one."""

Raw = dict[str, dict[str, Any]]


def gather_nodes(inventory: Inventory, say: Say) -> Raw:
    """Give what each node printed, JSON-able, by the node's name; a node that cannot be reached has its error there."""
    say(f"observing {len(inventory.nodes)} nodes over SSH …")
    return side_by_side(inventory.nodes, lambda name: _gather(inventory, inventory.nodes[name]))


def _gather(inventory: Inventory, node: Node) -> dict[str, Any]:
    password = os.environ.get(PASSWORD, "")
    mark = f"edgeproof-{secrets.token_hex(16)}"
    script = compose(probes_for(inventory, node), mark, "sudo -S -p ''" if password else "sudo -n")
    try:
        with open_node(inventory, node) as connection:
            stdin = f"{password}\n".encode() if password else b""
            answer = connection.run(script, limits.NODE_SCRIPT_S, stdin)
    except ConnectError as error:
        return {"reach": asdict(refused(error)), "outputs": {}}
    outputs = take_apart(answer.stdout.decode("utf-8", "replace"), mark)
    return {"reach": asdict(Reach()), "outputs": {name: asdict(output) for name, output in outputs.items()}}
