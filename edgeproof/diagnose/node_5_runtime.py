"""Advice on tests_node's layer 5: test_5_runtime."""

from __future__ import annotations

from edgeproof.diagnose.advice import Advice, advises, catalogue
from edgeproof.facts.node import NodeFacts
from edgeproof.inventory import Inventory

RESTART = "sudo systemctl restart docker"
NEW_ENOUGH = 'sudo tee /etc/docker/daemon.json <<< \'{"default-runtime": "nvidia", "runtimes": {"nvidia": {"path": "nvidia-container-runtime", "runtimeArgs": []}}}\''


@advises("docker")
def docker(node: NodeFacts) -> Advice:
    """Dead by its configuration, dead otherwise, or free to be upgraded."""
    if node.docker.active == "not installed":
        return Advice("Docker is not installed", "sudo apt-get install -y docker.io")
    if node.docker.active != "active" and node.daemon_json.error:
        return catalogue("daemon-json-invalid")
    if node.docker.active != "active":
        return Advice("Docker does not run", "sudo systemctl enable --now docker; sudo journalctl -u docker -n 20")
    if node.docker.enabled != "enabled":
        return Advice("Docker does not start at boot", "sudo systemctl enable docker")
    found = catalogue("docker-clone3")
    return Advice(
        "apt may upgrade Docker past what this kernel takes",
        "sudo apt-mark hold docker.io containerd",
        found.id,
        found.source,
    )


@advises("daemon_json")
def daemon_json(node: NodeFacts) -> Advice:
    """Not JSON, no nvidia runtime, or not the default."""
    if node.daemon_json.malformed:
        return catalogue("daemon-json-invalid")
    if not node.daemon_json.nvidia_path:
        return Advice("daemon.json names no nvidia runtime", f"{NEW_ENOUGH} && {RESTART}")
    if not node.daemon_json.nvidia_runs:
        return Advice(
            f"{node.daemon_json.nvidia_path} is not installed",
            f"sudo apt-get install -y nvidia-container-runtime && {RESTART}",
        )
    return Advice(
        "containers get runc unless they ask for nvidia, and Kubernetes never asks",
        f'add "default-runtime": "nvidia" to /etc/docker/daemon.json, then: {RESTART}',
    )


@advises("daemon_agrees")
def daemon_agrees() -> Advice:
    """The file is newer than the daemon."""
    return Advice("daemon.json is right, but the daemon was started before it was", RESTART)


@advises("docker_group")
def docker_group(inventory: Inventory) -> Advice:
    """Not a member, or not since the last login."""
    return Advice(
        f"{inventory.ssh.user} is not in the group docker",
        f"sudo usermod -aG docker {inventory.ssh.user}   # then log in again",
    )


@advises("l4t_mount_lists")
def l4t_mount_lists() -> Advice:
    """The lists come with packages of their own."""
    return catalogue("l4t-csv-missing")
