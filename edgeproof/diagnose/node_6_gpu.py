"""Advice on tests_node's layer 6: test_6_gpu."""

from __future__ import annotations

from dataclasses import replace

from edgeproof.diagnose.advice import Advice, advises, catalogue
from edgeproof.diagnose.known_lines import meaning_of
from edgeproof.diagnose.pod_end import OwnersImage, of_another_architecture
from edgeproof.facts.node import NodeFacts
from edgeproof.facts.node.runtime import HOOK_ABSENT, DeviceQuery
from edgeproof.inventory import Inventory
from edgeproof.quoted import shortened

MISMATCHES = {
    34: "CUDA's stub library was found in place of the driver's: no driver files came into the container",
    35: "the driver is older than the runtime: no driver files came into the container, or older ones than it needs",
    801: "the image's CUDA wants what this driver does not do: it is for another L4T",
    803: "the driver's files in the container do not fit the kernel's driver",
    804: "the image's CUDA wants its compatibility package, which this board's L4T does not take",
}
"""cudaError_t of which the driver's files in the container are the cause."""

NO_RIGHTS = (30, 38, 100, 999)
"""cudaError_t of a process that may not open the GPU's device nodes."""

LOOK = "sudo dmesg | grep -i -e nvgpu -e nvrm -e nvmap | tail"
OUT_OF_MEMORY = 2
CODES = {
    3: ("the driver could not be initialised", LOOK),
    30: ("unknown error: no rights on the GPU's device nodes, or the driver has failed", f"ls -l /dev/nv*; {LOOK}"),
    38: ("no CUDA-capable device: the device nodes are not in the container", f"ls -l /dev/nv*; {LOOK}"),
    46: ("all devices are busy or unavailable", f"docker ps; {LOOK}"),
    100: ("no CUDA-capable device: the device nodes are not in the container", f"ls -l /dev/nv*; {LOOK}"),
    999: ("unknown error: no rights on the GPU's device nodes, or the driver has failed", f"ls -l /dev/nv*; {LOOK}"),
}
"""What else cudaGetDeviceCount returns: what it means on a board, and where to look (CUDA Runtime API, cudaError_t)."""


@advises("devices")
def devices() -> Advice:
    """No Tegra kernel, or no driver."""
    return catalogue("gpu-driver-not-loaded")


@advises("device_query")
def device_query(node: NodeFacts, inventory: Inventory) -> Advice:
    """The image is missing, docker did not start it, or CUDA told an error."""
    seen, image = node.device_query, inventory.images.device_query
    if seen.result == "no image":
        return Advice(
            f"the image {image} is not on the node",
            f"docker pull {image}   # or docker load it from another node",
            does="changes",
        )
    if seen.refusal:
        return _not_started(seen.refusal, image)
    return _cuda_error(seen)


def _not_started(said: str, image: str) -> Advice:
    """Tell by docker's words why the container did not start; of GPU and image tag nothing is known then."""
    output, words, row = said.lower(), shortened(said), meaning_of("container", said)
    run = f"docker run --rm {image} ./deviceQuery"
    if row == "wrong-arch-image":
        return of_another_architecture(OwnersImage("device_query", image))
    if row == "runtime-not-registered":
        return replace(catalogue(row), cause=f"the nvidia runtime is not registered with the daemon: {words}")
    if "devicequery" in output and ("no such file" in output or "not found" in output):
        return Advice(f"{image} has no ./deviceQuery to run: {words}", "name an image that has it as images.device_query in cluster.yaml", does="reads")  # fmt: skip
    if row in ("docker-clone3", "toolkit-graphics"):
        return catalogue(row).after(f"the container did not start: {words}")
    absent = HOOK_ABSENT.search(said)
    if absent:
        return replace(
            catalogue("runtime-hook-failed"),
            cause=f"no container of NVIDIA's runtime starts: {absent[1]}, which it calls on the way, is not there",
            fix=f"dpkg -S {absent[1]}; sudo apt-get install --reinstall nvidia-container-toolkit-base   # or the package that dpkg names; nvidia-container-toolkit in the same version",
            does="changes",
        )
    if row == "runtime-hook-failed" or "hook" in output:
        return replace(
            catalogue("runtime-hook-failed"),
            cause=f"the container did not start, a hook of NVIDIA's runtime failed: {words}",
        )
    return Advice(f"docker did not start the container: {words}", run, does="reads")


def _cuda_error(seen: DeviceQuery) -> Advice:
    """Tell by CUDA's code what is wrong; the links before it in the chain are whole."""
    code = seen.code or 0
    if code in MISMATCHES:
        found = catalogue("l4t-image-mismatch")
        return replace(found, cause=f"deviceQuery found no usable GPU: {MISMATCHES[code]} (code {code})")
    if code == OUT_OF_MEMORY:
        return catalogue("unified-memory-oom").after(f"deviceQuery could not allocate memory (code {code})")
    if code in CODES:
        meaning, look = CODES[code]
        return Advice(f"deviceQuery found no usable GPU: {meaning} (code {code})", look, does="reads")
    shown = f"code {code}, {seen.said}" if code else seen.said
    return Advice(f"deviceQuery failed, for a cause not known here: {shown}", LOOK, does="reads")


@advises("gpu_as_user")
def gpu_as_user(node: NodeFacts) -> Advice:
    """The device nodes came into the container without their group; else CUDA's own word, which root does not get."""
    seen = node.device_query.as_user
    groups = f" with the groups {', '.join(seen.groups)}" if seen.groups else ""
    told = f"as user 1000{groups} deviceQuery fails, as root it passes: {seen.said}"
    if seen.code in (None, *NO_RIGHTS) or "denied" in seen.said:
        return catalogue("nvmap-group-lost", node=node.name).after(told)
    return Advice(told, f"ls -ln /dev/nvmap /dev/nvhost-* /dev/nvgpu/*/*; {LOOK}", does="reads")


@advises("nfs_client")
def nfs_client() -> Advice:
    """One package."""
    return catalogue("nfs-client-missing")
