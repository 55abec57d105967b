"""What the words of a container's end mean: its own, its runtime's, the kubelet's, the scheduler's; each cause has its catalogue row."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import NamedTuple

from edgeproof.diagnose.advice import Advice, catalogue
from edgeproof.diagnose.k3s_said import unit_of
from edgeproof.diagnose.known_lines import meaning_of
from edgeproof.facts.node import NodeFacts


class OwnersImage(NamedTuple):
    """An image that somebody else built, and its key under `images` in cluster.yaml."""

    key: str
    name: str


def pod_end(
    said: str,
    look: str = "kubectl describe pod NAME",
    does_not: str = "the pod does not run",
    image: OwnersImage | None = None,
) -> Advice:
    """Explain why a pod does not do its work by what was said of it; words that are not known are shown, and called unknown.

    `look` is the command that shows more where the cause is not known; `image` is the pod's where it is not edgeproof's own to build.
    """
    row = meaning_of("container", said)
    if row == "wrong-arch-image" and image:
        return of_another_architecture(image)
    if row:
        return _cdi_device(said) if row == "cdi-device-unknown" else catalogue(row)
    last = next((line for line in reversed(said.splitlines()) if line.strip()), "nothing was said of it")
    return Advice(f"{does_not}, and this message is not in the catalogue: {last.strip()}", look, does="reads")


def lost_meanwhile(said: str, node: NodeFacts) -> Advice:
    """Tell of a node that has stopped being Ready since the run began, and where K3s says why."""
    return Advice(
        said,
        f"sudo systemctl status {unit_of(node)} --no-pager; sudo journalctl -u {unit_of(node)} -n 30   # on {node.name}",
        does="reads",
    )


def stale_on(node: str) -> Advice:
    """Tell of stale handles in a pod on a node: its mount is the kubelet's."""
    return catalogue("nfs-stale", node=node, path="/var/lib/kubelet/pods/*/volumes/kubernetes.io~nfs/*")


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
