"""The worker image, the same on every agent."""

from edgeproof.facts.node import NodeFacts


def test_worker_image(agent: NodeFacts) -> None:
    """The agent has the worker image, and it is the one that most agents have."""
    assert agent.worker_image.id == agent.fleet.worker_image_id
