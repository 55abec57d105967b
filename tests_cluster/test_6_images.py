"""The worker image, the same on every agent."""

from edgeproof.facts.node import NodeFacts


def test_worker_image(agent: NodeFacts) -> None:
    """The agent has the worker image, and it is the one that most agents of its kind have."""
    assert agent.worker_image.id == agent.fleet.worker_image_id


def test_worker_image_kind(agent: NodeFacts) -> None:
    """The worker image was built for the agent's architecture and, where it says for which, for its L4T."""
    assert agent.worker_image.kind_on(agent.platform.l4t_major) == agent.platform.image_kind
