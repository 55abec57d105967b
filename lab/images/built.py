"""All that is built before a lab comes up."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lab.docker import Docker
from lab.images.container_images import container_images
from lab.images.containerd_programs import containerd_programs
from lab.images.kubernetes_binary import ON_CONTAINERD, ON_DOCKER, kubernetes_binary
from lab.images.node_image import node_image
from lab.images.torch_tree import torch_tree
from lab.lab import Runtime
from lab.packages import need_packages


@dataclass(frozen=True)
class Built:
    """The node image by its name in Docker; stand-in images, Kubernetes, torch and containerd by their paths in the cache."""

    node_image: str
    container_images: Path
    kubernetes: Path
    torch: Path
    kubernetes_version: str
    containerd: Path | None

    @property
    def mounts(self) -> dict[Path, str]:
        """What each node mounts read-only, and where."""
        return {
            self.container_images: "/opt/lab/images",
            self.kubernetes: "/usr/local/bin/kube",
            self.torch: "/opt/torch",
            **({self.containerd: "/opt/lab/containerd"} if self.containerd else {}),
        }


def build_all(docker: Docker, runtime: Runtime) -> Built:
    """Fill the cache with what a lab on this runtime needs, and install the programs that `up` needs on this machine."""
    need_packages({"ip": "iproute2", "iptables": "iptables", "ssh-keygen": "openssh-client"})
    torch = torch_tree()
    release = ON_DOCKER if runtime == "docker" else ON_CONTAINERD
    images = node_image(docker), container_images(docker)
    containerd = containerd_programs() if runtime == "containerd" else None
    return Built(*images, kubernetes_binary(release), torch, release.version, containerd)
