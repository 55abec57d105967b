"""tests_reboot changes nodes: it is left out of every run that does not say which.

PYTEST_DONT_REWRITE: as in edgeproof/__init__.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from edgeproof.files import OPT_IN, suite_of
from edgeproof.inventory import Inventory

REBOOT = "edgeproof_reboot"
"""Where the names of nodes to reboot stand among the options."""


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not collect it from a folder above it, where no node is named."""
    is_left = not config.getoption(REBOOT) and collection_path.name == OPT_IN and suite_of(collection_path) == OPT_IN
    return True if is_left else None


def refuse_unasked(config: pytest.Config, places: Iterable[Path]) -> None:
    """Tell somebody who names the suite, and no node, what it does."""
    if not config.getoption(REBOOT) and any(suite_of(path) == OPT_IN for path in places):
        raise pytest.UsageError(
            f"{OPT_IN} reboots nodes, one after the other: none was named, so none is rebooted\n"
            "fix: edgeproof reboot, which asks first; or --edgeproof-reboot=NODE,… with the nodes' names, or all"
        )


def to_reboot(config: pytest.Config, inventory: Inventory) -> tuple[str, ...]:
    """Name the nodes that the run was told to reboot, in their order; raises InventoryError for a name that is no node's."""
    from edgeproof.reboot import in_order

    named = str(config.getoption(REBOOT) or "")
    return in_order(inventory, named.split(",")) if named else ()
