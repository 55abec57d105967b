"""Advice on tests_cluster's layer 6: test_6_images."""

from __future__ import annotations

from dataclasses import replace

from edgeproof.diagnose.advice import Advice, advises, catalogue
from edgeproof.facts.node import NodeFacts


@advises("worker_image")
def worker_image(agent: NodeFacts) -> Advice:
    """Missing, or another build."""
    if not agent.worker_image.id:
        return catalogue("worker-image-missing").after("the worker image is not on this agent")
    found = catalogue("worker-image-differs")
    if not agent.worker_image.is_edgeproofs:
        found = replace(
            found,
            fix="python -m edgeproof image --replace   # gives the name to edgeproof's own image; what has it now stays, without a name",
            does="changes",
        )
    return found.after("this agent has another worker image than the others")


@advises("worker_image_kind")
def worker_image_kind(agent: NodeFacts) -> Advice:
    """Built for another architecture, or for another L4T, under which torch finds no GPU."""
    if agent.worker_image.architecture != agent.platform.image_architecture:
        return catalogue("wrong-arch-image")
    return catalogue("image-for-another-l4t")
