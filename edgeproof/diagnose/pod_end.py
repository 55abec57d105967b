"""What the words of a container's or a daemon's end mean: its own, its runtime's, the kubelet's, the scheduler's; each cause has its catalogue row."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import NamedTuple

from edgeproof.diagnose.advice import Advice, catalogue

MEANINGS: tuple[tuple[str, str], ...] = (
    (r"exec format error", "wrong-arch-image"),
    (r"toomanyrequests|429 Too Many Requests", "pull-limit"),
    (r"[Uu]nknown or invalid runtime name", "runtime-not-registered"),
    (r"no runtime for \"?[\w.-]+\"? is configured", "runtime-class-unknown"),
    (r"RuntimeClass \"?[\w.-]+\"? not found|runtimeclass\S* \"?[\w.-]+\"? not found", "runtime-class-missing"),
    (r"unresolvable CDI devices", "cdi-device-unknown"),
    (r"Insufficient nvidia\.com/", "gpu-not-advertised"),
    (r"nvidia-container-cli: |nvidia-container-runtime-hook|error running (?:create|start|pre)\w* hook", "runtime-hook-failed"),
    (r"initialize iptables table .raw", "docker-raw-table"),
    (r"\(nf_tables\): +(?:RULE_\w+|CHAIN_\w+|TABLE_\w+) failed|nf_tables.*Could not fetch rule set generation id", "iptables-nft"),
    (r"no space left on device|low on resource: ephemeral-storage|condition: \[DiskPressure", "disk-full"),
    (r"[Nn]umpy is not available|_ARRAY_API not found", "numpy-unusable"),
    (r"OOMKilled|NvMapMemAlloc|low on resource: memory|CUDA out of memory|CUDA error: out of memory", "unified-memory-oom"),
    (r"exit status 132\b|Illegal instruction", "illegal-instruction"),
    (r"exit status 135\b|Bus error", "shm-bus-error"),
    (r"exit status 139\b|Segmentation fault", "segmentation-fault"),
    (r"exit status 137\b", "killed-by-somebody"),
)  # fmt: skip
"""Words, and the row that they mean, the surest first: an exit status alone comes last."""


class OwnersImage(NamedTuple):
    """An image that somebody else built, and its key under `images` in cluster.yaml."""

    key: str
    name: str


def meaning_of(said: str) -> str:
    """Name the catalogue's row that the words mean; '' where they are not known."""
    return next((row for words, row in MEANINGS if re.search(words, said)), "")


def pod_end(
    said: str,
    look: str = "kubectl describe pod NAME",
    does_not: str = "the pod does not run",
    image: OwnersImage | None = None,
) -> Advice:
    """Explain why a pod does not do its work by what was said of it; words that are not known are shown, and called unknown.

    `look` is the command that shows more where the cause is not known; `image` is the pod's where it is not edgeproof's own to build.
    """
    row = meaning_of(said)
    if row == "wrong-arch-image" and image:
        return of_another_architecture(image)
    if row:
        return _cdi_device(said) if row == "cdi-device-unknown" else catalogue(row)
    last = next((line for line in reversed(said.splitlines()) if line.strip()), "nothing was said of it")
    return Advice(f"{does_not}, and these words are not in the catalogue: {last.strip()}", look, does="reads")


def of_another_architecture(image: OwnersImage) -> Advice:
    """Tell of an image that somebody else built: another one has to be named."""
    return replace(
        catalogue("wrong-arch-image"),
        cause=f"{image.name} was built for another architecture than the node's",
        fix=f"kubectl get nodes -L kubernetes.io/arch   # and name an image for this board's as images.{image.key} in cluster.yaml",
        does="changes",
    )


def _cdi_device(said: str) -> Advice:
    """Name the device: which files may have it, and who asks for it, goes by its name.

    NVIDIA's device plugin calls a Jetson's GPU tegra (k8s-device-plugin, internal/rm/tegra_manager.go); nvidia-ctk writes 0 and all.
    """
    found = catalogue("cdi-device-unknown")
    devices = re.findall(r"[\w.-]+/[\w.-]+=[\w.:-]*\w", said.partition("unresolvable CDI devices")[2])
    named = ", ".join(dict.fromkeys(devices))
    if not any(device.endswith("=tegra") for device in devices):
        return replace(found, cause=f"{found.cause}: {named}") if named else found
    return replace(
        found,
        cause=f"the pod asks for {named}, as NVIDIA's device plugin calls a Jetson's GPU, which no CDI file names: only a runtime in mode cdi looks there",
        fix='on the node: sudoedit /etc/nvidia-container-runtime/config.toml   # [nvidia-container-runtime]: mode = "auto", which reads the CSV lists on '
        "a Jetson; then: kubectl rollout restart what made the pod",
        source="k8s-device-plugin#1203, kubeedge#6425",
        does="restarts",
    )
