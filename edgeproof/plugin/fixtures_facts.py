"""The nouns a check is written with: inventory, nodes, node, agent, server, cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from edgeproof.facts.observed import NotApplicable
from edgeproof.files import MEASURED, OPT_IN, suite_of
from edgeproof.inventory import Inventory, Storage
from edgeproof.plugin.reboot import to_reboot
from edgeproof.plugin.session import inventory_of, observed_cluster, observed_nodes
from edgeproof.report.finding import WHOLE_CLUSTER

if TYPE_CHECKING:
    from edgeproof.facts.cluster import ClusterFacts
    from edgeproof.facts.node import NodeFacts
    from edgeproof.facts.node.clock import ClientClock
    from edgeproof.facts.node.storage import NfsServer


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one item of a check for each node, or agent, it judges."""
    wanted = {"node", "agent", "server", "nfs_server"} & set(metafunc.fixturenames)
    if not wanted or suite_of(metafunc.definition.path) is None:
        return
    inventory = inventory_of(metafunc.config)
    of_all = suite_of(metafunc.definition.path) != OPT_IN
    names: dict[str, list[str | None]] = {
        "node": list(inventory.nodes if of_all else to_reboot(metafunc.config, inventory)),
        "agent": [node.name for node in inventory.agents],
        "server": [node.name for node in inventory.servers],
        "nfs_server": [inventory.nfs_node.name if inventory.nfs_node else None],
    }
    for name in sorted(wanted):
        metafunc.parametrize(name, names[name], indirect=True, ids=[value or WHOLE_CLUSTER for value in names[name]])


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each item by its suite."""
    for item in items:
        suite = suite_of(item.path)
        if suite is not None:
            item.add_marker(suite.removeprefix("tests_"))


@pytest.hookimpl(trylast=True, specname="pytest_collection_modifyitems")
def pytest_keep_measured_in_order(items: list[pytest.Item]) -> None:
    """Keep tests_workload as it is written, whatever shuffles items: pytest-benchmark times a run where it is first asked for."""
    places = [place for place, item in enumerate(items) if suite_of(item.path) == MEASURED]
    written = sorted((items[place] for place in places), key=lambda item: (item.path, item.location[1] or 0))
    for place, item in zip(places, written, strict=True):
        items[place] = item


@pytest.fixture(scope="session")
def inventory(pytestconfig: pytest.Config) -> Inventory:
    """What the user declared."""
    return inventory_of(pytestconfig)


@pytest.fixture(scope="session")
def nodes(pytestconfig: pytest.Config) -> dict[str, NodeFacts]:
    """The facts of every node, by the inventory's name."""
    return observed_nodes(pytestconfig)


@pytest.fixture
def node(request: pytest.FixtureRequest, nodes: dict[str, NodeFacts]) -> NodeFacts:
    """The facts of one node; the check runs once for each."""
    return nodes[request.param]


@pytest.fixture
def agent(request: pytest.FixtureRequest, nodes: dict[str, NodeFacts]) -> NodeFacts:
    """The facts of one agent; the check runs once for each."""
    return nodes[request.param]


@pytest.fixture
def server(request: pytest.FixtureRequest, nodes: dict[str, NodeFacts]) -> NodeFacts:
    """The facts of the server."""
    return nodes[request.param]


@pytest.fixture(scope="session")
def client_clock(nodes: dict[str, NodeFacts]) -> ClientClock:
    """The clock of the machine that pytest runs on, among those of the nodes."""
    from edgeproof.facts.node.fleet import client_clock_of

    return client_clock_of(nodes)


@pytest.fixture(scope="session")
def storage(inventory: Inventory) -> Storage:
    """What is declared of the NFS export; not applicable where there is to be none."""
    if inventory.storage.absent:
        raise NotApplicable("cluster.yaml says storage: none")
    return inventory.storage


@pytest.fixture
def nfs_server(request: pytest.FixtureRequest, inventory: Inventory, storage: Storage) -> NfsServer:
    """The NFS server on the node that exports the images; not applicable where that is no node of cluster.yaml."""
    if request.param is None:
        raise NotApplicable(f"the NFS server {storage.server} is not a node in cluster.yaml: the check mount decides")
    nodes: dict[str, NodeFacts] = request.getfixturevalue("nodes")
    return nodes[request.param].nfs_server


@pytest.fixture(scope="session")
def cluster(pytestconfig: pytest.Config) -> ClusterFacts:
    """The facts the API server tells."""
    return observed_cluster(pytestconfig)
