"""Puts K3s on a node as its user would: by its installer, with flags on Docker, with config.yaml on containerd."""

from __future__ import annotations

import yaml

from lab import limits
from lab.lab import Lab, Node

CONFIG = "/etc/rancher/k3s/config.yaml"
REGISTRIES = "/etc/rancher/k3s/registries.yaml"
INSTALLER = "/usr/local/lib/lab/install-k3s"
ARCHIVES = "/var/lib/rancher/k3s/agent/images"
"""Where K3s looks for archives of images, which it imports at its start."""
CDI = "/etc/cdi/nvidia.yaml"
GENERATE_CDI = f"nvidia-ctk --quiet cdi generate --mode=csv --output={CDI}"
LOADED = "/var/lib/docker/edgeproof-lab-images"
"""Which build of the images a node's Docker has loaded, and when."""


def install_k3s(lab: Lab, node: Node) -> None:
    """Install and start K3s; where it runs with just these settings already, nothing changes."""
    joins = {} if node.role == "server" else _joins(lab)
    if lab.plan.runtime == "docker":
        environment = "".join(f"K3S_{key}='{value}' " for key, value in joins.items())
        install = f"{environment}{INSTALLER} {node.role} --docker"
    else:
        _configure(lab, node, joins)
        install = f"{INSTALLER} {node.role}"
    node.run(install, timeout_s=limits.READY_S)


def _joins(lab: Lab) -> dict[str, str]:
    token = lab.server.run("cat /var/lib/rancher/k3s/server/node-token").stdout.strip()
    return {"TOKEN": token, "URL": f"https://{lab.server.address}:6443"}


def _configure(lab: Lab, node: Node, joins: dict[str, str]) -> None:
    """Write config.yaml and registries.yaml, and lay the images of the node's Docker where K3s imports them; one whose settings change is stopped first."""
    config = {"server": joins["URL"], "token": joins["TOKEN"]} if joins else {"write-kubeconfig-mode": "0600"}
    if lab.plan.gpu == "default-runtime":
        config["default-runtime"] = "nvidia"
    text = yaml.safe_dump(config, sort_keys=False)
    if node.run(f"cat {CONFIG}", check=False).stdout != text:
        node.run("systemctl stop k3s k3s-agent", check=False)
        node.write(CONFIG, text, "600")
    # The mirror that a cluster behind a laptop has; nothing answers there, so that a pull ends at once.
    mirror = {"mirrors": {"docker.io": {"endpoint": [f"http://{lab.plan.gateway}:5000"]}}}
    node.write(REGISTRIES, yaml.safe_dump(mirror), "600")
    if lab.plan.gpu == "cdi":
        node.run(f"[ -e {CDI} ] || {GENERATE_CDI}")
    names = "docker images --format '{{.Repository}}:{{.Tag}}' | grep -v ^jetson-inference"
    node.run(
        f"mkdir -p {ARCHIVES}; [ {LOADED} -ot {ARCHIVES}/lab.tar ] || docker save -o {ARCHIVES}/lab.tar $({names})",
        timeout_s=limits.NODE_IMAGES_S,
    )
