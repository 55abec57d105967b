"""What a case says differs is merged over its base; and a base has a word on all that the fact script names."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import ValidationError

from edgeproof.inventory import Inventory
from selftest.replay.cluster_folder import BASES, Cluster, Differs, differing, load_base
from selftest.replay.described import named_on, undescribed
from selftest.replay.machine import Text

NANO = BASES / "nano"


@pytest.fixture(scope="module")
def nano() -> Cluster:
    """The nano base."""
    return load_base(NANO)


@pytest.mark.parametrize(
    "folder", sorted(path for path in BASES.iterdir() if path.is_dir()), ids=lambda folder: folder.name
)
def test_base_is_whole(folder: Path) -> None:
    """Each command and each path that a node is asked for stands in the base: present, absent or unobserved."""
    assert undescribed(load_base(folder)) == []


@pytest.mark.parametrize(
    "folder", sorted(path for path in BASES.iterdir() if path.is_dir()), ids=lambda folder: folder.name
)
def test_base_is_that_of_its_owner(folder: Path) -> None:
    """The inventory of a base is one that edgeproof takes, and every node of it has a machine."""
    base = load_base(folder)
    assert set(Inventory.model_validate(base.inventory).nodes) <= set(base.machines)


def test_silence_is_told(nano: Cluster) -> None:
    """A command or a path that the script names and a machine says nothing of is named, with the machine."""
    machine = nano.machines["user-worker"]
    without = {
        "commands": {name: answers for name, answers in machine["commands"].items() if name != "dmesg"},
        "files": {path: file for path, file in machine["files"].items() if not path.startswith("/sys/class/thermal")},
    }
    told = undescribed(replace(nano, machines={**nano.machines, "user-worker": {**machine, **without}}))
    assert "user-worker: the command dmesg is not described" in told
    assert "user-worker: the path /sys/class/thermal/thermal_zone*/temp is not described" in told
    assert [line for line in told if not line.startswith("user-worker:")] == []


def test_unobserved_is_described(nano: Cluster) -> None:
    """A path that the source of a case is silent about counts as described, by a pattern or by a folder above it."""
    machine = nano.machines["user-worker"]
    files = {path: file for path, file in machine["files"].items() if not path.startswith("/sys/class/thermal")}
    for unobserved in ("/sys/class/thermal", "/sys/class/thermal/thermal_zone*"):
        changed = {**machine, "files": files, "unobserved": [unobserved]}
        assert undescribed(replace(nano, machines={**nano.machines, "user-worker": changed})) == []


def test_script_names_the_usual(nano: Cluster) -> None:
    """The list is made of the text that is really sent: root's part and the trial mount among it."""
    named = named_on(Inventory.model_validate(nano.inventory), "user-desktop")
    assert {"nvpmodel", "exportfs", "docker", "sudo", "timeout", "mount", "umount"} <= named.commands
    assert {"/proc/swaps", "/nfs/images", "/proc/mounts"} <= named.paths
    assert named.unknown == frozenset()


def differ(base: Cluster, differs: Text) -> Cluster:
    """Merge over a base what is written as in a case."""
    return differing(base, Differs.model_validate(differs))


def files_of(cluster: Cluster, name: str) -> Text:
    """Give a machine's files."""
    files: Text = cluster.machines[name]["files"]
    return files


def test_every_node(nano: Cluster) -> None:
    """What stands under "*" differs on every node of the inventory, and a node's own word comes after it."""
    over = {"*": {"files": {"/etc/x": "all"}}, "user-worker": {"files": {"/etc/x": "own"}}}
    made = differ(nano, {"nodes": over})
    assert {name: files_of(made, name)["/etc/x"]["text"] for name in made.machines} == {
        "user-desktop": "all", "user-worker": "own", "user-newworker": "all",
    }  # fmt: skip


def test_answers_come_first(nano: Cluster) -> None:
    """A case's answers of a command stand before the base's; null takes the command away."""
    over = {"user-worker": {"commands": {"docker": [{"args": "info *", "status": 1}], "dmesg": None}}}
    commands = differ(nano, {"nodes": over}).machines["user-worker"]["commands"]
    assert commands["docker"] == [{"args": "info *", "status": 1}, *nano.machines["user-worker"]["commands"]["docker"]]
    assert commands["dmesg"] is None


def test_mode_alone(nano: Cluster) -> None:
    """A file's mode may differ with its text left as it was; new text does not keep the old file's kind."""
    over = {"/etc/systemd/system/k3s-agent.service.env": {"mode": "0644"}, "/dev/nvmap": "no device"}
    files = files_of(differ(nano, {"nodes": {"user-worker": {"files": over}}}), "user-worker")
    assert files["/etc/systemd/system/k3s-agent.service.env"]["mode"] == "0644"
    assert "K3S_URL" in files["/etc/systemd/system/k3s-agent.service.env"]["text"]
    assert files["/dev/nvmap"] == {"text": "no device"}


def test_absent_folder(nano: Cluster) -> None:
    """A folder that is null takes with it what the base has below it."""
    over = {"/var/lib/rancher/k3s": None}
    files = files_of(differ(nano, {"nodes": {"user-desktop": {"files": over}}}), "user-desktop")
    assert [path for path in files if path.startswith("/var/lib/rancher/k3s/")] == []


def test_machines_come_and_go(nano: Cluster) -> None:
    """A node that is null is off; a new machine may be like another one, at its own address."""
    made = differ(nano, {"nodes": {"user-newworker": None, "nas": {"like": "user-desktop", "address": "192.168.10.9"}}})
    assert sorted(made.machines) == ["nas", "user-desktop", "user-worker"]
    assert made.machine("nas").address == "192.168.10.9"
    assert made.machine("nas").files["/etc/exports"] is not None


def test_inventory(nano: Cluster) -> None:
    """An inventory's key is replaced, null removes it, and a text takes the whole file's place."""
    nodes = {"user-newworker": None, "user-worker": {"address": "192.168.10.7"}}
    made = differ(nano, {"cluster.yaml": {"nodes": nodes, "power": {"mode": 1}}})
    assert list(made.nodes()) == ["user-desktop", "user-worker"]
    assert made.inventory["power"] == {"mode": 1}
    assert made.machine("user-worker").address == "192.168.10.7"
    assert differ(nano, {"cluster.yaml": "nodes: ["}).inventory_text == "nodes: ["


def test_objects_of_the_api(nano: Cluster) -> None:
    """Objects are patched by kind and name, `*` for all of a kind; null removes one; an unknown one is new."""
    patches = {
        "Node/*": {"status": {"nodeInfo": {"containerRuntimeVersion": "containerd://1.6.8-k3s1"}}},
        "Pod/kube-system/coredns-d76bd69b-5xk2v": None,
        "PersistentVolume/nfs-images-pv": {"spec": {"capacity": {"storage": "5Gi"}}},
    }
    objects = differ(nano, {"api": {"objects": patches}}).api["objects"]
    nodes = [item["status"]["nodeInfo"] for item in objects if item["kind"] == "Node"]
    assert {node["containerRuntimeVersion"] for node in nodes} == {"containerd://1.6.8-k3s1"}
    assert {node["kubeletVersion"] for node in nodes} == {"v1.23.17+k3s1"}
    assert [item for item in objects if item["metadata"]["name"].startswith("coredns")] == []
    assert [item["spec"] for item in objects if item["kind"] == "PersistentVolume"] == [
        {"capacity": {"storage": "5Gi"}}
    ]


def test_unknown_key_is_refused(nano: Cluster) -> None:
    """A word that the format does not have is an error, not passed over."""
    with pytest.raises(ValidationError, match="sudos"):
        differ(nano, {"nodes": {"user-worker": {"logins": {"user": {"sudos": "free"}}}}}).machine("user-worker")
