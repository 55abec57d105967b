"""Gathers what all nodes print: one connection and one script a node, all nodes at once."""

from __future__ import annotations

import secrets
from dataclasses import asdict
from typing import Any

from edgeproof import limits
from edgeproof.connect.ssh import open_node
from edgeproof.connect.sudo import SudoPassword
from edgeproof.errors import ConnectError
from edgeproof.facts.node.probes import probes_for
from edgeproof.facts.node.sudo import SUDO, Sudo, parse_sudo
from edgeproof.facts.probe import Output
from edgeproof.facts.reach import Reach, refused
from edgeproof.facts.script import compose, take_apart
from edgeproof.inventory import Inventory, Node
from edgeproof.say import Say
from edgeproof.side_by_side import side_by_side

Raw = dict[str, dict[str, Any]]


def gather_nodes(inventory: Inventory, say: Say, password: SudoPassword) -> Raw:
    """Give what each node printed, JSON-able, by the node's name; a node that cannot be reached has its error there.

    Where sudo asks on some nodes, the password is asked for, and those are gathered again.
    """
    say(f"observing {len(inventory.nodes)} nodes over SSH …")
    raw = _gather_all(inventory, list(inventory.nodes), password)
    asking = [name for name in raw if _asks(raw[name])]
    if asking and not password.is_known and password.ask(f"sudo asks for a password on {', '.join(asking)}: "):
        raw |= _gather_all(inventory, asking, password)
    return raw


def _gather_all(inventory: Inventory, names: list[str], password: SudoPassword) -> Raw:
    return side_by_side(names, lambda name: _gather(inventory, inventory.nodes[name], password))


def _asks(raw: dict[str, Any]) -> bool:
    printed = raw["outputs"].get(SUDO.name)
    sudo = parse_sudo(Output(**printed)) if printed else None
    return isinstance(sudo, Sudo) and sudo.refusal == "asks"


def _gather(inventory: Inventory, node: Node, password: SudoPassword) -> dict[str, Any]:
    mark = f"edgeproof-{secrets.token_hex(16)}"
    try:
        with open_node(inventory, node) as connection:
            script = compose(probes_for(inventory, node), mark, password.command(connection.user))
            answer = connection.run(script, limits.NODE_SCRIPT_S, password.secret)
    except ConnectError as error:
        return {"reach": asdict(refused(error)), "outputs": {}}
    outputs = take_apart(answer.stdout.decode("utf-8", "replace"), mark)
    reach = asdict(Reach(user=connection.user))
    return {"reach": reach, "outputs": {name: asdict(output) for name, output in outputs.items()}}
