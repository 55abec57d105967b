"""The fixture of tests_reboot: the nodes that the run was told to reboot, each rebooted once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from edgeproof.inventory import Inventory
from edgeproof.plugin.fixtures_cluster import ByNode
from edgeproof.plugin.reboot import to_reboot
from edgeproof.plugin.session import progress
from edgeproof.plugin.sudo import PASSWORD

if TYPE_CHECKING:
    from edgeproof.facts.node import NodeFacts
    from edgeproof.reboot import Rebooted


@pytest.fixture(scope="session")
def rebooted(pytestconfig: pytest.Config, inventory: Inventory, nodes: dict[str, NodeFacts]) -> dict[str, Rebooted]:
    """Each node before and after its reboot; blocked where it was not rebooted."""
    from edgeproof.reboot import Reboots

    reboots = Reboots(
        inventory, nodes, progress(pytestconfig), pytestconfig.stash[PASSWORD],
        despite_pods=pytestconfig.getoption("edgeproof_despite_pods"),
    )  # fmt: skip
    reboots.run(to_reboot(pytestconfig, inventory))
    return ByNode(dict(reboots.found), reboots.missing)  # type: ignore[return-value]
