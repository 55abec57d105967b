"""Gathers what all nodes print: one connection and one script a node, all nodes at once."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from edgeproof import limits
from edgeproof.connect.ssh import SshNode, open_node
from edgeproof.connect.sudo import SudoPassword
from edgeproof.errors import ConnectError
from edgeproof.facts.node.clock import ASK
from edgeproof.facts.node.probes import probes_for
from edgeproof.facts.node.sudo import SUDO, Sudo, parse_sudo
from edgeproof.facts.probe import Output, Probe
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
    try:
        with open_node(inventory, node) as connection:
            exchange = _exchange(connection)
            outputs = run_probes(connection, probes_for(inventory, node), password)
    except ConnectError as error:
        return {"reach": asdict(refused(error)), "outputs": {}}
    reach = asdict(Reach(user=connection.user))
    printed = {name: asdict(output) for name, output in outputs.items()}
    return {"reach": reach, "exchange": exchange, "outputs": printed}


def _exchange(connection: SshNode) -> dict[str, Any]:
    """Ask the node for its time alone, between two looks at this machine's: the script takes seconds, this a round trip."""
    before_s = time.time()
    answer = connection.run(ASK, limits.SHORT_COMMAND_S)
    return {"before_s": before_s, "after_s": time.time(), "printed": answer.stdout[:64].decode("ascii", "replace")}


def run_probes(
    connection: SshNode, probes: Sequence[Probe[Any]], password: SudoPassword, first: str = ""
) -> dict[str, Output]:
    """Run all probes as one script, and give what each printed, by its name; `first` is a folder that comes first in PATH.

    Raises NodeUnreachable where the connection is lost, or the script does not end in time.
    """
    mark = f"edgeproof-{secrets.token_hex(16)}"
    script = compose(probes, mark, password.command(connection.user), first)
    answer = connection.run(script, limits.NODE_SCRIPT_S, password.secret)
    return take_apart(answer.stdout.decode("utf-8", "replace"), mark)
