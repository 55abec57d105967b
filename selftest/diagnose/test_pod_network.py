"""What is advised where pods do not reach each other: by what flannel sends their packets over."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest
import yaml

from edgeproof.diagnose import Advice, advise
from edgeproof.facts.cluster import parse_cluster
from edgeproof.facts.node.parse import parse_nodes
from edgeproof.facts.probe import Output
from edgeproof.inventory import load_inventory
from edgeproof.trial.verify_pods import VerifyPod
from selftest.facts.clusters import ASKED_AT, NETWORK

FLANNEL = "flannel.alpha.coreos.com"
NAMES = ("one", "two")


def advised(folder: Path, second: str, flannel_prefix: str, why: str) -> Advice:
    """Give the advice on the first of two boards, which have eth0 and a second interface, and flannel on one of the two."""
    file = folder / "cluster.yaml"
    boards = {
        name: {"address": f"192.168.10.{n}", "role": "server" if n == 1 else "agent"} for n, name in enumerate(NAMES, 1)
    }
    file.write_text(yaml.safe_dump({"network": NETWORK, "nodes": boards}, sort_keys=False))
    inventory = load_inventory(file)
    raw_nodes, objects = {}, []
    for n, name in enumerate(NAMES, 1):
        printed = f"2: eth0    inet 192.168.10.{n}/16 scope global eth0\n3: {second}    inet 10.8.0.{n}/24 scope global {second}\n"
        raw_nodes[name] = {"reach": {}, "outputs": {"network": asdict(Output(printed))}}
        annotations = {f"{FLANNEL}/backend-type": "vxlan", f"{FLANNEL}/public-ip": f"{flannel_prefix}.{n}"}
        addresses = [{"type": "InternalIP", "address": f"192.168.10.{n}"}]
        objects.append({"metadata": {"name": name, "annotations": annotations}, "status": {"addresses": addresses}})
    nodes = parse_nodes(raw_nodes, inventory)
    raw = {
        "reach": {}, "asked_at": ASKED_AT, "version": {"gitVersion": "v1.31.5+k3s1"}, "nodes": objects, "pods": [], "forbidden": {},
        "persistent_volumes": [], "claims": [], "claim_events": [], "runtime_classes": {"found": {"items": []}, "refused": 0, "said": ""},
        "service": {"found": {}, "refused": 0, "said": ""},
        "dns": {"found": {}, "refused": 404, "said": "not found"},
        "network_policies": {"found": {}, "refused": 0, "said": ""},
    }  # fmt: skip
    pod = VerifyPod("one", True, "", "", 1, "", ("two",), {"two": why}, True, "")
    cluster = parse_cluster(raw, nodes, inventory)
    context = {
        "node": nodes["one"],
        "nodes": nodes,
        "cluster": cluster,
        "inventory": inventory,
        "verify_pods": {"one": pod},
    }
    found = advise("tests_cluster", "pod_reaches_pods", context)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("second", "flannel", "row", "cause", "fix"),
    [
        ("wlan0", "192.168.10", "vxlan-checksum", "UDP 8472", "ethtool"),
        ("wlan0", "10.8.0", "wrong-interface", "over wlan0, and 192.168.10.1 is on eth0", "--node-ip 192.168.10.1 --flannel-iface eth0"),
        ("wg0", "10.8.0", "", "over the tunnel wg0 (10.8.0.1)", "AllowedIPs"),
        ("wlan0", "203.0.113", "vxlan-checksum", "UDP 8472", "ethtool"),
    ],
    ids=["declared", "other interface", "tunnel", "address of no interface"],
)  # fmt: skip
def test_lost_packets(second: str, flannel: str, row: str, cause: str, fix: str, tmp_path: Path) -> None:
    """VXLAN is accused last: first comes an interface that the cluster was not meant for, and a tunnel that has settings of its own."""
    found = advised(tmp_path, second, flannel, "timed out")
    assert found.id == row
    assert cause in found.cause
    assert fix in found.fix


def test_a_refused_packet_has_arrived(tmp_path: Path) -> None:
    """No way of the packets is to blame for it."""
    found = advised(tmp_path, "wg0", "10.8.0", "[Errno 111] Connection refused")
    assert "the cause is not known" in found.cause
