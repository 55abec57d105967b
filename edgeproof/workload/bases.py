"""Base images of the worker, by the machine that it is to run on: what docs/worker.md has as a table, with its sources."""

from __future__ import annotations

import re

from edgeproof.errors import WorkloadError
from edgeproof.facts.node.identity import Platform
from edgeproof.facts.node.image_kind import l4t_branch
from edgeproof.inventory import Inventory

BASES = {
    "L4T 32": "nvcr.io/nvidia/l4t-pytorch:r32.7.1-pth1.10-py3",
    "L4T 34": "nvcr.io/nvidia/l4t-pytorch:r34.1.0-pth1.12-py3",
    "L4T 35": "dustynv/l4t-pytorch:r35.4.1",
    "L4T 36 before 36.4": "dustynv/l4t-pytorch:r36.2.0",
    "L4T 36.4 and later": "dustynv/l4t-pytorch:r36.4.0",
    "amd64": "nvcr.io/nvidia/pytorch:25.12-py3",
    "arm64": "nvcr.io/nvidia/pytorch:25.12-py3",
}
"""By L4T's branch or its first number; by architecture for a machine with an NVIDIA card of its own.

Sources: dusty-nv/jetson-containers (packages/ml/l4t/l4t-pytorch/README.md, l4t_version.py), NVIDIA's PyTorch release notes.
"""

RELEASE = re.compile(r"[:-]r(\d{2})\.(\d{1,4})")
"""How base images for Jetsons say for which L4T they are: in their tag, as in l4t-pytorch:r35.4.1."""


def base_for(inventory: Inventory, platform: Platform) -> str:
    """Give the base image for a machine: as cluster.yaml has it, else the table's; raises WorkloadError where there is none."""
    declared, kind = inventory.images.worker_base, platform.image_kind
    if isinstance(declared, str):
        return declared
    keys = (platform.branch, f"L4T {platform.l4t_major}") if platform.l4t_major else (kind,)
    for known in (declared or {}, BASES if platform.kind != "other" else {}):
        for key in keys:
            if key in known:
                return known[key]
    without = " without an NVIDIA GPU" if platform.kind == "other" else ""
    raise WorkloadError(
        f"no base image is known for the worker on {kind}{without}",
        f"name one that has torch and torchvision, in cluster.yaml: images: {{worker_base: {{{keys[-1]}: IMAGE}}}}",
    )


def misfit(base: str, platform: Platform) -> str:
    """Say why an image on this base does not run on a machine; '' where it may, or the base's name does not tell.

    Images for one L4T do not run on another's first number: torch finds no GPU there (dusty-nv/jetson-containers#938).
    """
    found = RELEASE.search(base)
    if not found or found[1] == platform.l4t_major:
        return ""
    machine = f"it has L4T {platform.l4t}" if platform.l4t else "it is not a Jetson"
    return f"the base image {base} is for L4T {found[1]}, and {machine}"


def doubt(base: str, platform: Platform) -> str:
    """Say where a base is of the machine's L4T, but of a release whose images are not known to run on it; '' else."""
    found = RELEASE.search(base)
    made_for = l4t_branch(int(found[1]), int(found[2])) if found else ""
    if not found or found[1] != platform.l4t_major or platform.branch == made_for:
        return ""
    return f"the base image {base} is for {made_for}, and it has {platform.branch}: it may lack the GPU"
