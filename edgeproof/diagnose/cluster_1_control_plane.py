"""Advice on tests_cluster's layer 1: test_1_control_plane."""

from __future__ import annotations

from dataclasses import replace

from edgeproof.diagnose.advice import Advice, advises, catalogue
from edgeproof.errors import KubeconfigIsLocal
from edgeproof.facts.cluster import ClusterFacts
from edgeproof.facts.node import NodeFacts
from edgeproof.inventory import Inventory

RENEW = "sudo systemctl restart k3s   # K3s renews certificates near their end; then copy k3s.yaml again"


API = {
    "KubeconfigInvalid": "the kubeconfig cannot be used",
    "KubeconfigIsLocal": "the kubeconfig was copied from the server as it stood, and names this machine",
    "ApiUnreachable": "the API server cannot be asked at the URL that the kubeconfig names",
    "ApiRefused": "the API server answers, and does not do what this kubeconfig asks",
}
"""What each failure means, by the name of its class in edgeproof.errors."""


@advises("api")
def api(cluster: ClusterFacts) -> Advice:
    """The connection's own error says it best; a copy of the server's kubeconfig has a row."""
    if not cluster.api.error:
        return Advice("the kubeconfig's client certificate ends soon", RENEW, does="restarts")
    cause = API.get(cluster.api.kind, "the API server was not asked")
    fix = cluster.api.fix or "kubectl get nodes -v 6   # with the same kubeconfig"
    if cluster.api.kind == KubeconfigIsLocal.__name__:
        return replace(catalogue("kubeconfig-localhost"), fix=fix, does=cluster.api.does)
    return Advice(cause, fix, does=cluster.api.does)


@advises("services")
def services(node: NodeFacts, inventory: Inventory) -> Advice:
    """A server where an agent should be, a stopped service, another server's agent, or containerd."""
    known = {"node": node.name, "server": inventory.server.name, "server_address": inventory.server.address}
    service = "k3s" if node.declared.role == "server" else "k3s-agent"
    if node.declared.role == "agent" and node.k3s.role in ("server", "both"):
        return catalogue("worker-is-server", **known)
    if node.k3s.role != node.declared.role:
        fix = f"sudo systemctl enable --now {service}; sudo journalctl -u {service} -n 20"
        return Advice(f"{service} does not run on {node.name}", fix)
    if node.declared.role == "agent" and node.k3s.url != f"https://{inventory.server.address}:6443":
        found = catalogue("token-ca-mismatch", **known)
        return Advice(
            f"the agent joined {node.k3s.url or 'no server'}, not {inventory.server.name}",
            found.fix,
            found.id,
            found.source,
        )
    return catalogue("runtime-bypassed")


@advises("token")
def token() -> Advice:
    """Absent, or readable by others."""
    return Advice("the node token is absent, or others may read it", "sudo chmod 600 /var/lib/rancher/k3s/server/token")


@advises("authority")
def authority(agent: NodeFacts, inventory: Inventory) -> Advice:
    """The server was reinstalled."""
    return catalogue(
        "token-ca-mismatch", node=agent.name, server=inventory.server.name, server_address=inventory.server.address
    )


@advises("nodes")
def nodes(node: NodeFacts, cluster: ClusterFacts) -> Advice:
    """Never joined, not Ready, or registered under another address."""
    service = "k3s" if node.declared.role == "server" else "k3s-agent"
    log = f"sudo journalctl -u {service} -n 30   # on {node.name}"
    if node.name not in cluster.members:
        return Advice(f"{node.name} has not joined the cluster", log)
    member = cluster.member(node.name)
    if member.ready and member.internal_ip != str(node.declared.address):
        return catalogue("wrong-interface", node=node.name, address=node.declared.address)
    if member.pressures:
        return (
            catalogue("disk-full")
            if "DiskPressure" in member.pressures
            else Advice(f"{', '.join(member.pressures)}", "free -h; df -h")
        )
    return Advice(f"not Ready: {member.why_not_ready}", log)


@advises("strangers")
def strangers(cluster: ClusterFacts, inventory: Inventory) -> Advice:
    """A renamed board leaves its old Node object behind."""
    names = " ".join(sorted(set(cluster.members) - set(inventory.nodes)))
    return Advice(
        "nodes that the inventory does not know: boards renamed, or forgotten in cluster.yaml",
        f"kubectl delete node {names}",
    )


@advises("versions")
def versions(node: NodeFacts, cluster: ClusterFacts, inventory: Inventory) -> Advice:
    """Too far apart, or another runtime than declared."""
    if cluster.member(node.name).runtime.split(":")[0] != inventory.kubernetes.runtime:
        return catalogue("runtime-bypassed")
    return Advice(
        f"{node.name} runs {cluster.member(node.name).kubelet}, the server {cluster.version}",
        f"upgrade K3s on {node.name}",
    )


@advises("system_pods")
def system_pods() -> Advice:
    """Their own words say why."""
    return Advice(
        "pods of the system are not ready", "kubectl -n kube-system get pods; kubectl -n kube-system describe pod NAME"
    )
