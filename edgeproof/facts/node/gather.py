"""Gathers what all nodes print: one connection and one script a node, all nodes at once."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Any

from edgeproof import limits
from edgeproof.connect.known_hosts import KnownHosts
from edgeproof.connect.ssh import open_node
from edgeproof.errors import ConnectError
from edgeproof.facts.node.probes import probes_for
from edgeproof.facts.script import compose, take_apart
from edgeproof.inventory import Inventory, Node

PASSWORD = "EDGEPROOF_SUDO_PASSWORD"
"""The environment variable that holds the user's sudo password, where sudo asks for one."""

Raw = dict[str, dict[str, Any]]
MOST_AT_ONCE = 64


def gather_nodes(inventory: Inventory, progress: Callable[[str], None]) -> Raw:
    """Give what each node printed, JSON-able, by the node's name; a node that cannot be reached has its error there."""
    known = KnownHosts.load(inventory.ssh.known_hosts)
    progress(f"observing {len(inventory.nodes)} nodes over SSH …")
    with ThreadPoolExecutor(max_workers=min(MOST_AT_ONCE, len(inventory.nodes))) as pool:
        futures = {name: pool.submit(_gather, inventory, node, known) for name, node in inventory.nodes.items()}
        return {name: future.result() for name, future in futures.items()}


def _gather(inventory: Inventory, node: Node, known: KnownHosts) -> dict[str, Any]:
    password = os.environ.get(PASSWORD, "")
    mark = f"edgeproof-{secrets.token_hex(16)}"
    script = compose(probes_for(inventory, node), mark, "sudo -S -p ''" if password else "sudo -n")
    try:
        with open_node(inventory, node, known) as connection:
            stdin = f"{password}\n".encode() if password else b""
            answer = connection.run(script, limits.NODE_SCRIPT_S, stdin)
    except ConnectError as error:
        return {"error": str(error), "kind": type(error).__name__, "fix": error.fix, "outputs": {}}
    outputs = take_apart(answer.stdout.decode("utf-8", "replace"), mark)
    return {"error": "", "kind": "", "fix": "", "outputs": {name: asdict(output) for name, output in outputs.items()}}
