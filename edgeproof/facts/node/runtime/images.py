"""The worker image on a node, as what runs the pods tells of it: Docker, or K3s's containerd."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from edgeproof import limits
from edgeproof.facts.node.image_kind import image_kind
from edgeproof.facts.node.snippets import SNIPPETS
from edgeproof.facts.observed import Blocked, Facts, Unobserved
from edgeproof.facts.probe import Output, Probe
from edgeproof.facts.snippet import snippet
from edgeproof.inventory import Inventory

LABEL = "edgeproof.worker"
"""Label of an image that edgeproof built: a hash of what it was built from; BY_HAND where a person built it from worker/."""

BY_HAND = "by-hand"
L4T_LABEL, BUILD_LABEL = "edgeproof.l4t", "edgeproof.build"
"""Labels: the major of the L4T release that the image is for, and a number of the build's own, which stays whatever stores the image."""


@dataclass(frozen=True, repr=False)
class WorkerImage(Facts):
    """The worker image on this node: its id and architecture, '' when it is not there, and what its labels say ('' without them)."""

    id: str
    architecture: str
    built_from: str = ""
    l4t: str = ""
    build: str = ""

    @property
    def is_edgeproofs(self) -> bool:
        """Whether it was built from edgeproof's worker/: any other image under its name is somebody's own."""
        return bool(self.built_from)

    def kind_on(self, l4t_major: str) -> str:
        """Give the kind of machine that it is for; where it does not say for which L4T, it is taken to be for the node's own.

        Blocked where there is no image: worker_image tells that.
        """
        if not self.id:
            raise Blocked("the worker image is not there (see the check worker_image)")
        return image_kind(self.architecture, self.l4t or l4t_major)

    def is_same_as(self, other: WorkerImage) -> bool:
        """Tell whether both are one image: by the id, which Docker's and containerd's stores give differently, or by its build."""
        return bool(self.id) and (self.id == other.id or (bool(self.build) and self.build == other.build))


def parse_worker_image(output: Output) -> WorkerImage | Unobserved:
    """One line `sha256:… ARCHITECTURE [LABELS]`, or the runtime's word that it has no such image; anything else is said as it is."""
    if match := re.search(r"^(sha256:[0-9a-f]{64}) ([a-z0-9]+) ?(\{.*\}|null)?$", output.stdout, re.M):
        return image_of(match[1], match[2], _labels(match[3] or ""))
    if re.search(r"no such (image|object)", output.stdout, re.I):
        return WorkerImage("", "")
    lines = [line.strip() for line in output.stdout.splitlines() if line.strip()]
    return Unobserved(
        f"the container runtime did not list its images: {lines[-1][:200] if lines else 'it said nothing'}"
    )


def _labels(text: str) -> dict[str, str]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return {key: value for key, value in found.items() if isinstance(value, str)} if isinstance(found, dict) else {}


def image_of(identity: str, architecture: str, labels: dict[str, str]) -> WorkerImage:
    """Give the worker image of an image's id, architecture and labels."""
    told = (labels.get(label, "") for label in (LABEL, L4T_LABEL, BUILD_LABEL))
    return WorkerImage(identity, architecture, *told)


def worker_image_script(inventory: Inventory, runtime: str = "") -> str:
    """Give the shell text that looks the worker image up by its tag, in the store of what runs the pods, or of another runtime."""
    runtime = runtime or inventory.kubernetes.runtime
    return snippet(SNIPPETS, "worker_image", image=inventory.images.worker, runtime=runtime)


def worker_image_probe(inventory: Inventory) -> Probe[WorkerImage]:
    """Look the worker image up."""
    text = worker_image_script(inventory)
    return Probe("worker_image", text, parse_worker_image, root=True, timeout_s=limits.DOCKER_ASK_S)
