"""Workload I: an Indexed Job over synthetic images, one shard an agent."""

from edgeproof.facts.node import NodeFacts
from edgeproof.inventory import Inventory
from edgeproof.plugin.fixtures_workload import Measured
from edgeproof.workload.runs import Workloads


def test_image_on_every_agent(workloads: Workloads, inventory: Inventory) -> None:
    """The worker image is built once for each kind of machine, and the same on every agent of a kind."""
    assert set(workloads.images()) == {agent.name for agent in inventory.agents}


def test_synthetic(measured: Measured, workloads: Workloads, inventory: Inventory) -> None:
    """Every synthetic image is classified."""
    assert measured(workloads.synthetic).images == inventory.workload.synthetic_images


def test_spread(agent: NodeFacts, workloads: Workloads) -> None:
    """Exactly one shard runs on the agent."""
    assert workloads.shards_on(agent.name) == 1


def test_server_free(server: NodeFacts, workloads: Workloads) -> None:
    """No shard runs on the server."""
    assert workloads.shards_on_server(server.name) == 0


def test_gpu_in_shard(agent: NodeFacts, workloads: Workloads) -> None:
    """The shard's container has the GPU's devices."""
    assert workloads.gpu_devices(agent.name) != []


def test_device(agent: NodeFacts, workloads: Workloads) -> None:
    """The shard computes on the GPU; on the CPU only where the head of the run says so."""
    assert workloads.device(agent.name) == workloads.wanted_device(agent)
