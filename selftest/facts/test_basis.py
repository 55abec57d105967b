"""What a board's Node object rests on: where it is not there, or not of today, another check tells why."""

from __future__ import annotations

from typing import Any

import pytest

from edgeproof.diagnose import advise
from edgeproof.facts.cluster import ClusterFacts, parse_cluster
from edgeproof.facts.node import NodeFacts, parse_nodes
from edgeproof.facts.observed import Blocked, reason
from edgeproof.inventory import Inventory
from selftest.facts.test_membership import OTHER, OURS, inventory_of, k3s

BOARDS = {"desk": ("192.168.10.1", "server"), "one": ("192.168.10.2", "agent"), "two": ("192.168.10.3", "agent")}
URL = "https://192.168.10.1:6443"
AGENT = k3s("agent", OURS, URL)


@pytest.fixture
def inventory() -> Inventory:
    """A server and two agents."""
    return inventory_of({name: {"address": address, "role": role} for name, (address, role) in BOARDS.items()})


def observe(inventory: Inventory, two: str, hostname: str = "two") -> dict[str, NodeFacts]:
    """Make facts of which K3s and the hostname are known; `two` is what the K3s snippet prints on that board."""
    printed = {"desk": k3s("server", OURS), "one": AGENT, "two": two}
    names = {"desk": "desk", "one": "one", "two": hostname}
    raw = {
        name: {"reach": {}, "outputs": {"k3s": {"stdout": printed[name]}, "hostname": {"stdout": f"{names[name]}\n"}}}
        for name in BOARDS
    }
    return parse_nodes(raw, inventory)


def cluster_of(inventory: Inventory, nodes: dict[str, NodeFacts], **addresses: str) -> ClusterFacts:
    """Make a cluster with a Ready Node object of each of these names and addresses."""
    members = [
        {
            "metadata": {"name": name},
            "status": {
                "conditions": [{"type": "Ready", "status": "True"}],
                "addresses": [{"type": "InternalIP", "address": address}],
            },
        }
        for name, address in addresses.items()
    ]
    raw: dict[str, Any] = {
        "reach": {}, "asked_at": "2026-02-03T04:05:06+00:00", "version": {}, "nodes": members, "pods": [], "persistent_volumes": [],
        "claims": [], "claim_events": [], "forbidden": {}, "runtime_classes": {"found": {}, "refused": 0, "said": ""}, "service": {"found": {}, "refused": 0, "said": ""},
        "dns": {"found": {}, "refused": 404, "said": "not found"},
        "network_policies": {"found": {}, "refused": 0, "said": ""},
    }  # fmt: skip
    return parse_cluster(raw, nodes, inventory)


@pytest.mark.parametrize(
    ("two", "hostname", "check"),
    [
        (AGENT.replace("=active", "=failed"), "two", "services"),
        (k3s("server", OTHER), "two", "services"),
        (k3s("agent", OTHER, "https://10.9.0.1:6443", "10.9.0.1"), "two", "joined"),
        (AGENT, "one", "hostname"),
    ],
)
def test_node_that_cannot_be_there(two: str, hostname: str, check: str, inventory: Inventory) -> None:
    """A Node object that is missing by what another check tells is no second failure, nor is what would be asked of it."""
    cluster = cluster_of(inventory, observe(inventory, two, hostname), desk="192.168.10.1", one="192.168.10.2")
    assert cluster.has_joined("one") is True
    for ask in (cluster.has_joined, cluster.member):
        with pytest.raises(Blocked, match=f"see the check {check}"):
            ask("two")


@pytest.mark.parametrize(("two", "unit"), [(AGENT, "k3s-agent"), (AGENT.replace("k3s-agent", "k3s-node"), "k3s-node")])
def test_node_that_should_be_there(two: str, unit: str, inventory: Inventory) -> None:
    """Where K3s runs as it should, the missing Node object is the finding; the unit that is really there is named."""
    nodes = observe(inventory, two)
    cluster = cluster_of(inventory, nodes, desk="192.168.10.1", one="192.168.10.2")
    assert cluster.has_joined("two") is False
    with pytest.raises(Blocked, match="see the check nodes"):
        cluster.member("two")
    found = advise(
        "tests_cluster", "nodes", {"node": nodes["two"], "nodes": nodes, "cluster": cluster, "inventory": inventory}
    )
    assert found is not None
    assert f"journalctl -u {unit}.service " in found.fix


def test_node_of_before(inventory: Inventory) -> None:
    """A Node object whose board has left for another cluster says nothing of today."""
    nodes = observe(inventory, k3s("agent", OTHER, "https://10.9.0.1:6443", "10.9.0.1"))
    addresses = {name: address for name, (address, _) in BOARDS.items()}
    cluster = cluster_of(inventory, nodes, **addresses)
    assert "see the check joined" in str(reason(cluster.member("two"), "ready"))
    assert cluster.member("one").ready is True


def test_node_of_the_namesake(inventory: Inventory) -> None:
    """Of two boards with one hostname, the one that came first has the Node object, whatever its name in cluster.yaml."""
    cluster = cluster_of(inventory, observe(inventory, AGENT, "one"), desk="192.168.10.1", one="192.168.10.3")
    assert "see the check hostname" in str(reason(cluster.member("one"), "ready"))
    assert "see the check hostname" in cluster.kept_out["two"]
