"""Whom a node asks for an answer, in small clusters and in large ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from edgeproof.diagnose import advise
from edgeproof.facts.node.answers import answers_probe
from edgeproof.facts.node.peers import MOST_IN_FULL, MOST_SERVERS, RING, peers_of
from edgeproof.inventory import Inventory, load_inventory
from selftest.facts.test_fleet import inventory_of, parsed_of


def names(inventory: Inventory, name: str) -> list[str]:
    """Name the peers of one node."""
    return [peer.name for peer in peers_of(inventory, inventory.nodes[name])]


@pytest.mark.parametrize("count", [1, 2, 8])
def test_in_a_small_cluster_every_pair_is_asked(count: int, tmp_path: Path) -> None:
    """Each node asks all others, and not itself."""
    inventory = inventory_of(tmp_path, count)
    assert all(set(names(inventory, name)) == set(inventory.nodes) - {name} for name in inventory.nodes)


@pytest.mark.parametrize("count", [MOST_IN_FULL + 1, 60, 200])
def test_in_a_large_cluster_a_node_s_cost_does_not_grow(count: int, tmp_path: Path) -> None:
    """Each node asks the server and the next three, the last one from the beginning again; each is asked by three."""
    inventory = inventory_of(tmp_path, count)
    assert all(len(names(inventory, name)) <= 1 + RING for name in inventory.nodes)
    assert names(inventory, "n5") == ["n1", "n6", "n7", "n8"]
    assert names(inventory, f"n{count}") == ["n1", "n2", "n3"]
    askers = {name: [other for other in inventory.nodes if name in names(inventory, other)] for name in inventory.nodes}
    assert min(map(len, askers.values())) == RING


def test_of_many_servers_five_are_asked_and_the_exporter_always(tmp_path: Path) -> None:
    """The node that exports the images counts beside them."""
    nodes = [f"  n{n}: {{address: 192.168.10.{n}, role: {'server' if n < 8 else 'agent'}}}" for n in range(1, 31)]
    file = tmp_path / "cluster.yaml"
    file.write_text("nodes:\n" + "\n".join(nodes) + "\nstorage: {server: n20}\n")
    asked = names(load_inventory(file), "n12")
    assert asked == [*(f"n{n}" for n in range(1, MOST_SERVERS + 1)), "n13", "n14", "n15", "n20"]


def test_the_script_asks_the_gateway_first_and_the_peers(tmp_path: Path) -> None:
    """Nobody else is pinged."""
    inventory = inventory_of(tmp_path, 200)
    text = answers_probe(inventory, inventory.nodes["n5"]).snippet
    assert text.startswith(
        "gateway=192.168.0.1\npeers='192.168.0.1 192.168.10.1 192.168.10.6 192.168.10.7 192.168.10.8'\n"
    )


def test_a_network_without_a_gateway_has_none_to_ask(tmp_path: Path) -> None:
    """The peers alone are pinged; of one node, nobody."""
    inventory = inventory_of(tmp_path, 2, "network: {gateway: none}\n")
    assert answers_probe(inventory, inventory.nodes["n1"]).snippet.startswith("gateway=''\npeers=192.168.10.2\n")


def test_a_failure_says_who_was_asked_where_not_all_were(tmp_path: Path) -> None:
    """A large cluster's message names the nodes that were asked."""
    said = {}
    for count in (3, 12):
        inventory = inventory_of(tmp_path, count)
        printed = {"answers": "gateway 192.168.0.1\nping 127.0.0.1 yes\nping 192.168.10.2 no\n"}
        node = parsed_of(inventory, printed)["n1"]
        advice = advise("tests_node", "peers", {"node": node, "inventory": inventory})
        said[count] = advice.cause.partition(": ")[0] if advice else ""
    assert said == {
        3: "n1 does not reach n2",
        12: "n1 does not reach n2 (it asked n2, n3, n4)",
    }
