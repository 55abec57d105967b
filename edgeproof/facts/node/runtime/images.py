"""The images that Docker has on a node."""

from __future__ import annotations

import re
from dataclasses import dataclass

from edgeproof import limits
from edgeproof.facts.node.snippets import SNIPPETS
from edgeproof.facts.observed import Facts, Unobserved
from edgeproof.facts.probe import Output, Probe
from edgeproof.facts.snippet import snippet
from edgeproof.inventory import Inventory


@dataclass(frozen=True, repr=False)
class WorkerImage(Facts):
    """The worker image on this node: its id and architecture, '' when it is not there."""

    id: str
    architecture: str


def parse_worker_image(output: Output) -> WorkerImage | Unobserved:
    """One line `sha256:… ARCHITECTURE`, or Docker's word that it has no such image; anything else is said as it is."""
    if match := re.search(r"^(sha256:[0-9a-f]{64}) (\S+)$", output.stdout, re.M):
        return WorkerImage(match[1], match[2])
    if re.search(r"no such (image|object)", output.stdout, re.I):
        return WorkerImage("", "")
    lines = [line.strip() for line in output.stdout.splitlines() if line.strip()]
    return Unobserved(f"docker did not tell of its images: {lines[-1][:200] if lines else 'it said nothing'}")


def worker_image_probe(inventory: Inventory) -> Probe[WorkerImage]:
    """Look the worker image up by its tag."""
    text = snippet(SNIPPETS, "worker_image", image=inventory.images.worker)
    return Probe("worker_image", text, parse_worker_image, root=True, timeout_s=limits.DOCKER_ASK_S)
