"""What a Nano's image of torch has in a lab of several kinds of boards: Debian bullseye's Python 3.9 with torch 1.10.2.

The real one, l4t-pytorch:r32.7.1-pth1.10-py3, has Python 3.6 with torch 1.10; this is as near to it as the registries bring to any
machine. Where all boards are of one kind, they have the software of today: the lab is up sooner.
"""

from __future__ import annotations

import shutil
import tarfile
from dataclasses import dataclass
from pathlib import Path

from lab import limits
from lab.cache import kept
from lab.docker import Docker
from lab.images.container_images import GPU, NAMES, PASSWD, PYTHON_APPLETS, import_image, link_applets
from lab.images.debian import unpacked_debian
from lab.images.wheels import X86_64, Wheels
from lab.packages import need_packages

SUITE = "bullseye"
PACKAGES = ("python3", "python3-distutils", "python3-pkg-resources", "libgomp1")
WHEELS = Wheels("old-py39.txt", "3.9.2", "cp39", X86_64, 240.0)
TREE = "/opt/torch-1.10"
"""Whatever is called so in a node, NVIDIA's toolkit brings into containers (lab/node/lab-board)."""
IMAGE = "/opt/lab/older"
NAME = NAMES["pytorch"]
ASIDE = f"{NAME}-older"
BUSYBOX = "/usr/bin/busybox"
PYTHON_PATH = f"ENV PYTHONPATH={TREE}:/usr/lib/python3/dist-packages"
IMAGE_EXPECTED_S = 30.0


@dataclass(frozen=True)
class OlderSoftware:
    """An image with Python, and torch as a folder, as today's are."""

    image: Path
    tree: Path

    @property
    def mounts(self) -> dict[Path, str]:
        """What a node mounts read-only, and where."""
        return {self.image: IMAGE, self.tree: TREE}

    @property
    def loading(self) -> str:
        """Give shell text that puts the image into a node's Docker in place of today's."""
        named = f"docker rmi {NAME} && docker tag {ASIDE} {NAME} && docker rmi {ASIDE}"
        return f"docker load -q -i {IMAGE}/image.tar && {named}"


def older_software(docker: Docker) -> OlderSoftware:
    """Give both, making them first if need be (0.9 GB to fetch)."""
    root = unpacked_debian(SUITE, "amd64", PACKAGES)
    inputs: list[str | Path] = [str(root), *PYTHON_APPLETS, *GPU, PASSWD, NAME, PYTHON_PATH]
    image = kept("older-image", inputs, IMAGE_EXPECTED_S, lambda part: _save(docker, root, part))
    return OlderSoftware(image, WHEELS.unpacked("old-py39-amd64"))


def _save(docker: Docker, root: Path, part: Path) -> None:
    part.mkdir()
    tar, beside = part / "root.tar", part / "beside"
    need_packages({BUSYBOX: "busybox-static"})
    for folder in ("bin", "etc", "usr/local/bin"):
        (beside / folder).mkdir(parents=True)
    shutil.copy(BUSYBOX, beside / "bin/busybox")
    link_applets(beside / "bin", PYTHON_APPLETS)
    (beside / "usr/local/bin/python3").symlink_to("/usr/bin/python3.9")
    (beside / "etc/passwd").write_text(PASSWD)
    with tarfile.open(tar, "w") as archive:
        archive.add(root, ".")
        there = set(archive.getnames())
        # docker import takes no name twice, of a folder either.
        for path in sorted(beside.rglob("*")):
            name = f"./{path.relative_to(beside)}"
            if name not in there:
                archive.add(path, name, recursive=False)
    import_image(docker, tar, ASIDE, *GPU, PYTHON_PATH, "WORKDIR /", 'CMD ["python3"]')
    docker("save", "-o", str(part / "image.tar"), ASIDE, timeout_s=limits.BUILD_S)
    tar.unlink()
    shutil.rmtree(beside)
