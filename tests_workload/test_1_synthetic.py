"""Workload I: an Indexed Job over synthetic images, one shard an agent."""

from edgeproof.facts.node import NodeFacts
from edgeproof.inventory import Inventory
from edgeproof.measure.runs import Runs
from edgeproof.plugin.workloads import Measured


def test_image(runs: Runs) -> None:
    """The worker image is built once, and the same on every agent."""
    assert runs.image().startswith("sha256:")


def test_synthetic(measured: Measured, runs: Runs, inventory: Inventory) -> None:
    """Every synthetic image is classified."""
    assert measured(runs.synthetic).images == inventory.workload.synthetic_images


def test_spread(agent: NodeFacts, runs: Runs) -> None:
    """Exactly one shard runs on the agent."""
    assert runs.synthetic().nodes.count(agent.name) == 1


def test_server_free(server: NodeFacts, runs: Runs) -> None:
    """No shard runs on the server."""
    assert runs.synthetic().nodes.count(server.name) == 0


def test_gpu(agent: NodeFacts, runs: Runs) -> None:
    """The shard's container has the GPU's devices."""
    assert runs.gpu_devices(agent.name) != []
