"""In which order nodes are rebooted: one at a time, agents first, the server that the others joined through last."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from edgeproof.errors import InventoryError
from edgeproof.inventory import Inventory

ALL = "all"
"""What stands for every node of cluster.yaml."""


def in_order(inventory: Inventory, named: Iterable[str]) -> tuple[str, ...]:
    """Give the named nodes in the order in which they are rebooted, all of them where none, or `all`, is named.

    Raises InventoryError for a name that is no node's.
    """
    names = [name for name in named if name != ALL] or list(inventory.nodes)
    for name in names:
        if name not in inventory.nodes:
            near = difflib.get_close_matches(name, inventory.nodes, n=1)
            raise InventoryError(
                f"there is no node {name} in cluster.yaml" + (f"; did you mean {near[0]}?" if near else ""),
                f"name one of {', '.join(inventory.nodes)}",
            )
    first = inventory.server.name

    def place(name: str) -> tuple[bool, bool]:
        return name == first, inventory.nodes[name].k3s_role == "server"

    return tuple(sorted(dict.fromkeys(names), key=place))
