"""Looks at a board after a workload: at what its kernel has logged meanwhile, and at its sensors."""

from __future__ import annotations

from edgeproof import limits
from edgeproof.connect.ssh import open_node
from edgeproof.connect.sudo import SudoPassword, printed_as_root
from edgeproof.errors import ConnectError
from edgeproof.facts.node.after_run import AfterRun, parse_after_run
from edgeproof.facts.observed import Unobserved
from edgeproof.facts.probe import Output
from edgeproof.facts.script import NEEDS_ROOT
from edgeproof.facts.snippet import snippet
from edgeproof.inventory import Inventory, Node

SNIPPETS = "edgeproof.workload.snippets"


def look_after(inventory: Inventory, node: Node, password: SudoPassword) -> AfterRun | Unobserved:
    """Ask the board; unobserved where it cannot be reached, sudo does not work there, or its kernel log cannot be read."""
    script = snippet(SNIPPETS, "after_run", sensors_s=f"{limits.SENSORS_S:g}")
    try:
        with open_node(inventory, node) as connection:
            answer = connection.run(password.script(connection.user, script), limits.SHORT_COMMAND_S, password.secret)
    except ConnectError as error:
        return Unobserved(f"SSH: {error}")
    printed = printed_as_root(answer.stdout)
    return Unobserved(NEEDS_ROOT) if printed is None else parse_after_run(Output(printed.decode("utf-8", "replace")))
