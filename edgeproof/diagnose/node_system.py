"""Advice on tests_node's layers 4 to 6: system, runtime, GPU."""

from __future__ import annotations

from edgeproof.diagnose.advice import Advice, advises, catalogue
from edgeproof.facts.node import NodeFacts
from edgeproof.inventory import Inventory

RESTART = "sudo systemctl restart docker"
NEW_ENOUGH = 'sudo tee /etc/docker/daemon.json <<< \'{"default-runtime": "nvidia", "runtimes": {"nvidia": {"path": "nvidia-container-runtime", "runtimeArgs": []}}}\''
DEVICE_QUERY_CODES = {
    35: "the driver is older than the runtime: no driver files came into the container",
    38: "no CUDA-capable device: the device nodes are absent",
    100: "no CUDA-capable device: the device nodes are absent",
    999: "unknown error: no rights on the device nodes",
    30: "unknown error: no rights on the device nodes",
}


@advises("headless")
def headless() -> Advice:
    """The desktop takes about 1.5 GB of a Nano's 4."""
    return Advice(
        "the board starts its desktop, which takes about 1.5 GB of memory shared with the GPU",
        "sudo systemctl set-default multi-user.target && sudo reboot",
    )


@advises("swap")
def swap(node: NodeFacts) -> Advice:
    """zram, or a line in fstab."""
    if any("fstab" not in name and name.endswith(".service") for name in node.swap.at_boot) or any(
        device.kind == "zram" for device in node.swap.devices
    ):
        return catalogue("zram-swap", node=node.name)
    return Advice(
        "swap is on, or /etc/fstab turns it on at boot",
        "sudo swapoff -a && sudo sed -i '/\\sswap\\s/s/^/#/' /etc/fstab",
    )


@advises("power_mode")
def power_mode(node: NodeFacts, inventory: Inventory) -> Advice:
    """A lesser mode makes a slow node."""
    found = catalogue("slow-node")
    cause = f"power mode {node.power_mode.id} ({node.power_mode.name}) slows the board: a suspect for any slow node"
    return Advice(cause, f"sudo nvpmodel -m {inventory.power.mode}", found.id, found.source)


@advises("clocks")
def clocks() -> Advice:
    """Gone with the last reboot."""
    return catalogue("clocks-reset")


@advises("power_supply")
def power_supply() -> Advice:
    """A weak supply."""
    return catalogue("over-current")


@advises("thermal")
def thermal() -> Advice:
    """Hot at rest."""
    return Advice("the board is hot at rest, and will throttle", "fit a fan or heat sink; sudo jetson_clocks --fan")


@advises("memory")
def memory() -> Advice:
    """Something eats it."""
    return Advice("more than half of the memory is taken at rest", "ps aux --sort=-rss | head; is a desktop running?")


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
    if node.daemon_json.error.startswith("not valid JSON"):
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


@advises("group")
def group(inventory: Inventory) -> Advice:
    """Not a member, or not since the last login."""
    return Advice(
        f"{inventory.ssh.user} is not in the group docker",
        f"sudo usermod -aG docker {inventory.ssh.user}   # then log in again",
    )


@advises("csv")
def csv() -> Advice:
    """The lists come with packages of their own."""
    return catalogue("l4t-csv-missing")


@advises("devices")
def devices() -> Advice:
    """No Tegra kernel, or no driver."""
    return Advice(
        "the kernel has made no GPU device nodes: the NVIDIA driver is not loaded",
        "flash the board with its JetPack; sudo dmesg | grep -i nvgpu",
    )


@advises("device_query")
def device_query(node: NodeFacts, inventory: Inventory) -> Advice:
    """The image is missing, for another machine, or got no driver files."""
    seen = node.device_query
    if not seen.image_present:
        image = inventory.images.device_query
        return Advice(
            f"the image {image} is not on the node", f"docker pull {image}   # or docker load it from another node"
        )
    if "exec format error" in seen.said:
        return catalogue("wrong-arch-image")
    found = catalogue("l4t-image-mismatch")
    meaning = DEVICE_QUERY_CODES.get(seen.code or 0, f"it said: {seen.said}")
    return Advice(f"deviceQuery found no usable GPU: {meaning}", found.fix, found.id, found.source)


@advises("nfs_client")
def nfs_client() -> Advice:
    """One package."""
    return catalogue("nfs-client-missing")
