"""The API, the K3s services, the token, the nodes, the versions."""

from edgeproof.facts.cluster import ClusterFacts
from edgeproof.facts.node import NodeFacts
from edgeproof.inventory import Inventory

LEAST_CERTIFICATE_DAYS = 30


def test_api(cluster: ClusterFacts) -> None:
    """The API server answers this kubeconfig, whose certificate is valid for another month."""
    assert cluster.api.error == ""
    assert cluster.certificate_days >= LEAST_CERTIFICATE_DAYS


def test_services(node: NodeFacts, inventory: Inventory) -> None:
    """K3s runs as the server on the server and as the agent on agents, never both, joined to the server, with --docker."""
    assert node.k3s.role == node.declared.role
    assert node.declared.role == "server" or node.k3s.url == f"https://{inventory.server.address}:6443"
    assert node.k3s.uses_docker is (inventory.kubernetes.runtime == "docker")


def test_token(server: NodeFacts) -> None:
    """The node token is there, and only root may read it."""
    assert server.k3s.token_mode == "600"


def test_authority(agent: NodeFacts, nodes: dict[str, NodeFacts], inventory: Inventory) -> None:
    """The agent holds the server's cluster CA."""
    assert agent.k3s.agent_ca_sha256 == nodes[inventory.server.name].k3s.server_ca_sha256


def test_nodes(node: NodeFacts, cluster: ClusterFacts) -> None:
    """The node has joined, is Ready, under the inventory's address, without pressure."""
    assert node.name in cluster.members
    assert cluster.member(node.name).ready is True
    assert str(node.declared.address) in cluster.member(node.name).addresses
    assert cluster.member(node.name).pressures == ()


def test_strangers(cluster: ClusterFacts) -> None:
    """Every node of the cluster stands in the inventory."""
    assert cluster.strangers == ()


def test_versions(node: NodeFacts, cluster: ClusterFacts, inventory: Inventory) -> None:
    """The node's kubelet is no newer than the server and not too old for it, and runs the declared runtime."""
    assert cluster.minors_behind(node.name) >= 0
    assert cluster.minors_behind(node.name) <= cluster.most_minors_behind
    assert cluster.member(node.name).runtime == inventory.kubernetes.runtime


def test_system_pods(cluster: ClusterFacts) -> None:
    """The system's pods are ready."""
    assert cluster.sick_system_pods == ()
