"""The API, the K3s services, the token, the nodes, the versions."""

from edgeproof.facts.cluster import ClusterFacts
from edgeproof.facts.node import NodeFacts
from edgeproof.inventory import Inventory

LEAST_CERTIFICATE_DAYS = 30

MOST_SLOW_MINUTES = 10
"""A start of K3s may be slow for a few minutes; a datastore that is slow in more of an hour's is so all the time."""


def test_api(cluster: ClusterFacts) -> None:
    """The API server answers this kubeconfig."""
    assert cluster.api.error == ""


def test_client_certificate(cluster: ClusterFacts) -> None:
    """The kubeconfig's client certificate is valid for another month."""
    assert cluster.certificate_days >= LEAST_CERTIFICATE_DAYS


def test_services(node: NodeFacts) -> None:
    """K3s runs as a server on servers and as an agent on agents, never as both."""
    assert node.k3s.role == node.declared.k3s_role


def test_datastore(server: NodeFacts) -> None:
    """In the last hour the datastore of K3s has answered in time, and none of its controllers has lost its leadership."""
    assert server.datastore.leaderships_lost == 0
    assert server.datastore.slow_minutes <= MOST_SLOW_MINUTES


def test_joined(node: NodeFacts) -> None:
    """The node has joined this cluster: through one of its servers or its endpoint, or by the CA it holds."""
    assert node.membership.cluster == "this cluster"


def test_token(server: NodeFacts) -> None:
    """The node token is there, and only root may read it."""
    assert server.k3s.token_files != ()
    assert server.k3s.open_token_files == ()


def test_authority(agent: NodeFacts) -> None:
    """The agent holds the servers' cluster CA."""
    assert agent.k3s.agent_ca_sha256 == agent.membership.server_ca_sha256


def test_nodes(node: NodeFacts, cluster: ClusterFacts) -> None:
    """The node has joined, is Ready, under the inventory's address, without pressure."""
    assert cluster.has_joined(node.name) is True
    assert cluster.member(node.name).ready is True
    assert str(node.declared.address) in cluster.member(node.name).addresses
    assert cluster.pressures(node.name) == ()


def test_strangers(cluster: ClusterFacts) -> None:
    """Every node of the cluster stands in the inventory."""
    assert cluster.strangers == ()


def test_versions(node: NodeFacts, cluster: ClusterFacts, inventory: Inventory) -> None:
    """The node's kubelet is no newer than the server and not too old for it, and runs the declared runtime."""
    assert cluster.minors_behind(node.name) >= 0
    assert cluster.minors_behind(node.name) <= cluster.most_minors_behind
    assert cluster.member(node.name).runtime == inventory.kubernetes.runtime


def test_system_pods(cluster: ClusterFacts) -> None:
    """The system's pods are ready, and none of them crashes again and again."""
    assert cluster.sick_system_pods == ()
    assert cluster.crashing_system_pods == ()
