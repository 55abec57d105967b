"""Advice on tests_node's layer 6: test_6_gpu."""

from __future__ import annotations

from edgeproof.diagnose.advice import Advice, advises, catalogue
from edgeproof.facts.node import NodeFacts
from edgeproof.inventory import Inventory

DEVICE_QUERY_CODES = {
    35: "the driver is older than the runtime: no driver files came into the container",
    38: "no CUDA-capable device: the device nodes are absent",
    100: "no CUDA-capable device: the device nodes are absent",
    999: "unknown error: no rights on the device nodes",
    30: "unknown error: no rights on the device nodes",
}


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
