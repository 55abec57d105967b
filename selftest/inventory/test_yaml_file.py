"""A wrong cluster.yaml gets one complaint that names the file, the line and the fix."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

import pytest
import yaml

from edgeproof.errors import InventoryError
from edgeproof.inventory import find_inventory, load_inventory

SAMPLES = Path(__file__).parents[1] / "samples" / "inventory"
INDEX: dict[str, dict[str, Any]] = yaml.safe_load((SAMPLES / "index.yaml").read_text())


@pytest.mark.parametrize("name", INDEX)
def test_complaint(name: str) -> None:
    """The complaint names file and line, holds the words of the index, and says what to do."""
    file = SAMPLES / f"{name}.yaml"
    with pytest.raises(InventoryError) as caught:
        load_inventory(file)
    message = str(caught.value)
    line = INDEX[name]["line"]
    assert message.startswith(f"{file}:{line}:" if line else f"{file}: ")
    assert [word for word in INDEX[name]["words"] if word not in message] == []
    assert caught.value.fix


def test_every_sample_is_indexed() -> None:
    """No sample lies about unused."""
    assert {file.stem for file in SAMPLES.glob("*.yaml")} - {"index", "smallest"} == set(INDEX)


def test_smallest_file_has_the_missions_values() -> None:
    """A list of nodes is enough; the rest is the mission's."""
    inventory = load_inventory(SAMPLES / "smallest.yaml")
    assert inventory.server.name == "user-desktop"
    assert inventory.network.gateway == IPv4Address("192.168.0.1")
    assert inventory.kubernetes.pod_cidr == IPv4Network("10.42.0.0/16")
    assert inventory.nfs_node == inventory.server


def test_missing_file(tmp_path: Path) -> None:
    """A file that is not there is said so, by its name."""
    with pytest.raises(InventoryError, match=r"nowhere\.yaml: no such file"):
        load_inventory(tmp_path / "nowhere.yaml")


def test_not_text(tmp_path: Path) -> None:
    """A binary file is refused with a sentence."""
    file = tmp_path / "cluster.yaml"
    file.write_bytes(b"\xff\xfe\x00nodes")
    with pytest.raises(InventoryError, match="not a text file"):
        load_inventory(file)


def test_example_is_valid() -> None:
    """The commented example that README points to loads as it is."""
    assert len(load_inventory(SAMPLES.parents[2] / "cluster.example.yaml").agents) == 2


def test_find_prefers_what_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--inventory before the environment, the environment before ./cluster.yaml, and none of them is an error."""
    monkeypatch.setenv("EDGEPROOF_INVENTORY", "/from/environment.yaml")
    assert find_inventory(Path("/given.yaml"), tmp_path) == Path("/given.yaml")
    assert find_inventory(None, tmp_path) == Path("/from/environment.yaml")
    monkeypatch.delenv("EDGEPROOF_INVENTORY")
    with pytest.raises(InventoryError, match="no inventory"):
        find_inventory(None, tmp_path)
    (tmp_path / "cluster.yaml").write_text("nodes: {}")
    assert find_inventory(None, tmp_path) == tmp_path / "cluster.yaml"
