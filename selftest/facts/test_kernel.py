"""What a kernel lacks is judged where K3s needs it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest

from edgeproof.facts.node import NodeFacts
from edgeproof.facts.node.kernel_basis import keeps_k3s_down, spoils_services
from edgeproof.facts.node.parse import parse_nodes
from edgeproof.facts.observed import Blocked, NotApplicable
from edgeproof.facts.probe import Output
from edgeproof.inventory import load_inventory

SAMPLES = Path(__file__).parents[1] / "samples"
CNI0 = "6: eth0    inet 192.168.10.1/24 scope global eth0\n9: cni0    inet 10.42.0.1/24 scope global cni0\n"


def node_of(sample: str, folder: Path, **printed: str) -> NodeFacts:
    """Make the facts of one node with this kernel."""
    file = folder / "cluster.yaml"
    file.write_text("nodes: {user-desktop: {address: 192.168.10.1, role: server}}\n")
    texts = {"kernel": (SAMPLES / "kernel" / f"{sample}.txt").read_text()} | printed
    raw = {"user-desktop": {"reach": {}, "outputs": {name: asdict(Output(text)) for name, text in texts.items()}}}
    return parse_nodes(raw, load_inventory(file))["user-desktop"]


def test_without_a_running_k3s_settings_are_its_own(tmp_path: Path) -> None:
    """K3s loads br_netfilter and sets forwarding as it starts."""
    assert node_of("memory-off-v1", tmp_path, network=CNI0).kernel.off == ()


def test_what_keeps_k3s_down(tmp_path: Path) -> None:
    """The memory cgroup, or cgroup v1; nothing on a kernel that is whole."""
    assert "the memory cgroup is off (see the check kernel)" in keeps_k3s_down(node_of("memory-off-v2", tmp_path))
    assert "cgroup v1 (see the check kernel)" in keeps_k3s_down(node_of("kubernetes-1-35", tmp_path))
    assert [keeps_k3s_down(node_of(sample, tmp_path)) for sample in ("nano", "container", "empty")] == ["", "", ""]


def test_what_spoils_services(tmp_path: Path) -> None:
    """A module that is not there; nothing where that cannot be told."""
    assert spoils_services(node_of("without-comment", tmp_path)).startswith("xt_comment absent or off")
    assert [spoils_services(node_of(sample, tmp_path)) for sample in ("nano", "nothing-tells", "container")] == [
        "",
        "",
        "",
    ]


def test_a_replaced_kernel_says_nothing_of_modules(tmp_path: Path) -> None:
    """Its folder of modules is gone: that is what the check reboot tells."""
    facts = node_of("without-comment", tmp_path, reboot="runs 1\nmodules 2\nend\n")
    with pytest.raises(Blocked, match="see the check reboot"):
        _ = facts.kernel.absent


def test_a_container(tmp_path: Path) -> None:
    """Its kernel is its host's."""
    with pytest.raises(NotApplicable):
        _ = node_of("container", tmp_path).kernel.lacks
