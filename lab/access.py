"""What a lab's user needs to reach it: inventory, known_hosts, kubeconfig, in the lab's state folder."""

from __future__ import annotations

from pathlib import Path

import yaml

from lab.board import DEFAULT, VERIFY_IN_MIXED
from lab.lab import Lab, Node
from lab.login import login_of


def write_known_hosts(lab: Lab) -> None:
    """Take the nodes' host keys from the containers themselves, not from the network."""
    lines = []
    hosts = {node.address: node.container for node in lab.nodes}
    if lab.plan.jump_host:
        hosts[lab.plan.gateway] = lab.gateway_container
    for address, container in hosts.items():
        for key in lab.docker("exec", container, "sh", "-c", "cat /etc/ssh/ssh_host_*_key.pub").stdout.splitlines():
            kind, value = key.split()[:2]
            lines.append(f"{address} {kind} {value}\n")
    (lab.folder / "known_hosts").write_text("".join(lines))


def write_kubeconfig(lab: Lab) -> None:
    """Copy the server's kubeconfig, with the server's address in it."""
    text = lab.server.run("cat /etc/rancher/k3s/k3s.yaml").stdout.replace("127.0.0.1", str(lab.server.address))
    file = lab.folder / "kubeconfig"
    file.touch(mode=0o600)
    file.write_text(text)


def inventory_path(lab: Lab) -> Path:
    """Name the lab's cluster.yaml."""
    return lab.folder / "cluster.yaml"


def write_inventory(lab: Lab) -> None:
    """Write the inventory."""
    inventory = {
        "nodes": {node.name: _declared(node) for node in lab.nodes},
        "ssh": login_of(lab),
        "network": {"gateway": str(lab.plan.gateway)},
        "kubernetes": {"kubeconfig": str(lab.folder / "kubeconfig"), "runtime": lab.plan.runtime, "gpu": lab.plan.gpu},
        "workload": {"weights": "random", "synthetic_images": 24},
        **_images(lab),
    }
    head = f"# Written by the lab {lab.plan.name}: containers on this machine, GPUs simulated.\n"
    inventory_path(lab).write_text(head + yaml.safe_dump(inventory, sort_keys=False))


def _declared(node: Node) -> dict[str, object]:
    declared: dict[str, object] = {"address": str(node.address), "role": node.role}
    return declared | ({"power": {"mode": node.board.mode}} if node.board.mode else {})


def _images(lab: Lab) -> dict[str, object]:
    """Name the images where they are others than a Nano's, which the suite takes without being told."""
    verify = {node.board.images["tensorflow"] for node in lab.nodes}
    bases = {kind: base for node in lab.nodes for kind, base in node.board.worker_base.items()}
    if {node.board.name for node in lab.nodes} == {DEFAULT}:
        return {}
    named: dict[str, object] = {"gpu_verify": verify.pop() if len(verify) == 1 else VERIFY_IN_MIXED}
    return {"images": named | ({"worker_base": bases} if bases else {})}
