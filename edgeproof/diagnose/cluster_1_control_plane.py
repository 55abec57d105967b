"""Advice on tests_cluster's layer 1: test_1_control_plane."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from edgeproof.diagnose.advice import Advice, advises, catalogue
from edgeproof.diagnose.pod_end import pod_end
from edgeproof.errors import KubeconfigIsLocal
from edgeproof.facts.cluster import ClusterFacts
from edgeproof.facts.cluster.members import Member
from edgeproof.facts.node import NodeFacts
from edgeproof.facts.observed import reason
from edgeproof.inventory import Inventory

RENEW = "sudo systemctl restart k3s   # K3s renews certificates near their end; then copy k3s.yaml again"


@advises("api")
def api(cluster: ClusterFacts, inventory: Inventory) -> Advice:
    """The connection's own error says it best; a copy of the server's kubeconfig has a row."""
    if cluster.api.error:
        row = "kubeconfig-localhost" if cluster.api.kind == KubeconfigIsLocal.__name__ else ""
        return Advice(
            cluster.api.kind,
            cluster.api.fix or f"kubectl --server https://{inventory.server.address}:6443 get nodes",
            row,
        )
    return Advice("the kubeconfig's client certificate ends soon", RENEW)


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
    service = "k3s" if node.declared.is_server else "k3s-agent"
    log = f"sudo journalctl -u {service} -n 30   # on {node.name}"
    if node.name not in cluster.members:
        others = f"; nodes that are no board of cluster.yaml: {_names(cluster.strangers)}" if cluster.strangers else ""
        return Advice(f"{node.name} has not joined the cluster{others}", log, does="reads")
    member = cluster.member(node.name)
    if not member.ready:
        return Advice(f"not Ready: {member.why_not_ready or 'no reason is told'}", log, does="reads")
    if not member.has_address_of(node.declared):
        found = catalogue("wrong-interface", node=node.name, address=node.declared.address)
        return replace(found, cause=f"{_registered(member)}: {found.cause}")
    if "DiskPressure" in member.pressures:
        return catalogue("disk-full")
    return Advice(
        f"the kubelet tells of {', '.join(member.pressures)}",
        f"kubectl describe node {member.name}; free -h; df -h   # the last two on {node.name}",
        does="reads",
    )


def _registered(member: Member) -> str:
    flannel = f", flannel uses {member.flannel_address}" if member.flannel_address else ""
    return f"it is registered as {', '.join(member.addresses)}{flannel}"


def _names(members: Iterable[Member]) -> str:
    return ", ".join(member.name for member in members)


@advises("strangers")
def strangers(cluster: ClusterFacts, inventory: Inventory) -> Advice:
    """Not in cluster.yaml, or an old name of a board; only an object that no board stands behind may go."""
    fixes, gone = [], False
    for member in cluster.strangers:
        boards = [node.name for node in inventory.nodes.values() if member.has_address_of(node)]
        if boards:
            fixes.append(f"kubectl describe node {member.name}   # it has the address of {boards[0]}: its node_name:?")
        elif member.is_ready:
            fixes.append(f"cluster.yaml: nodes: {member.name}: {{address: {_address(member)}, role: …}}")
        else:
            gone = True
            fixes.append(
                f"kubectl describe node {member.name}   # only if its board is gone for good: kubectl delete node {member.name}"
            )
    return Advice(
        f"nodes that cluster.yaml does not name: {_names(cluster.strangers)}; boards renamed, forgotten in the file, or gone",
        "\n".join(fixes),
        does="deletes" if gone else "reads",
    )


def _address(member: Member) -> str:
    return "ADDRESS" if reason(member, "addresses") else member.addresses[0]


@advises("versions")
def versions(node: NodeFacts, cluster: ClusterFacts, inventory: Inventory) -> Advice:
    """Newer than the server, too old for it, or on another runtime than declared."""
    member, behind = cluster.member(node.name), cluster.minors_behind(node.name)
    said = f"{node.name} runs {member.kubelet}, the server {cluster.version}"
    if behind < 0:
        return Advice(
            f"{said}: a kubelet may not be newer than its API server",
            "upgrade K3s on the servers first",
            does="restarts",
        )
    if behind > cluster.most_minors_behind:
        return Advice(
            f"{said}: more than {cluster.most_minors_behind} minor releases behind",
            f"upgrade K3s on {node.name}",
            does="restarts",
        )
    if inventory.kubernetes.runtime == "docker":
        found = catalogue("runtime-bypassed", node=node.name)
        return replace(found, cause=f"{node.name} runs {member.runtime_version}: {found.cause}")
    return Advice(
        f"{node.name} runs {member.runtime_version}, and cluster.yaml declares {inventory.kubernetes.runtime}",
        f"cluster.yaml: kubernetes: {{runtime: {member.runtime}}}, if that is meant; else take --docker out of the flags of K3s there",
    )


@advises("system_pods")
def system_pods(cluster: ClusterFacts) -> Advice:
    """Their own words say why."""
    said = "; ".join(
        f"{pod!r} on {cluster.board(pod.node) or 'no node'}: {pod.why or pod.phase}" for pod in cluster.sick_system_pods
    )
    first = cluster.sick_system_pods[0]
    look = f"kubectl -n {first.namespace} describe pod {first.name}"
    found = pod_end(said, look)
    return replace(found, cause=f"{found.cause} ({said})" if found.id else f"pods of the system are not ready: {said}")
