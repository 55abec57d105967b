"""All that is built before a lab comes up."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lab.board import Board
from lab.docker import Docker
from lab.images.container_images import container_images
from lab.images.containerd_programs import containerd_programs
from lab.images.kubernetes_binary import ON_CONTAINERD, ON_DOCKER, kubernetes_binary
from lab.images.node_image import node_image
from lab.images.older_software import OlderSoftware, older_software
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
    older: OlderSoftware | None = None

    def mounts(self, board: Board) -> dict[Path, str]:
        """What a node mounts read-only, and where."""
        older = self.older_on(board)
        return {
            self.container_images: "/opt/lab/images",
            self.kubernetes: "/usr/local/bin/kube",
            self.torch: "/opt/torch",
            **({self.containerd: "/opt/lab/containerd"} if self.containerd else {}),
            **(older.mounts if older else {}),
        }

    def older_on(self, board: Board) -> OlderSoftware | None:
        """Give the older Python and torch where this lab has them, and this board is one that had them."""
        return self.older if board.is_older else None


def build_all(docker: Docker, runtime: Runtime, mixed: bool = False) -> Built:
    """Fill the cache with what a lab on this runtime needs, and install the programs that `up` needs on this machine.

    A `mixed` one has boards of several kinds.
    """
    need_packages({"ip": "iproute2", "iptables": "iptables", "ssh-keygen": "openssh-client"})
    torch = torch_tree()
    release = ON_DOCKER if runtime == "docker" else ON_CONTAINERD
    images = node_image(docker), container_images(docker)
    containerd = containerd_programs() if runtime == "containerd" else None
    older = older_software(docker) if mixed else None
    return Built(*images, kubernetes_binary(release), torch, release.version, containerd, older)
