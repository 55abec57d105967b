"""Advice on tests_cluster's layer 1: test_1_control_plane."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from edgeproof.diagnose.advice import Advice, advises, catalogue
from edgeproof.diagnose.crashing_pods import crashing
from edgeproof.diagnose.k3s_said import (
    SaidBy,
    ask,
    by_mdns,
    foreign_token,
    meaning,
    remedy,
    said_there,
    unit_of,
    words_of,
)
from edgeproof.diagnose.pod_end import pod_end
from edgeproof.errors import KubeconfigIsLocal
from edgeproof.facts.cluster import ClusterFacts
from edgeproof.facts.cluster.members import Member
from edgeproof.facts.node import NodeFacts
from edgeproof.facts.node.k3s import DATA_DIR
from edgeproof.facts.node.k3s_service import Service
from edgeproof.facts.observed import reason
from edgeproof.inventory import Inventory

API = {
    "KubeconfigInvalid": "the kubeconfig cannot be used",
    "KubeconfigIsLocal": "the kubeconfig was copied from the server unchanged, so it names this machine",
    "ApiUnreachable": "the API server cannot be reached at the URL in the kubeconfig",
    "ApiRefused": "the API server answers, but refuses this kubeconfig's request",
}
"""What each failure means, by the name of its class in edgeproof.errors."""


@advises("api")
def api(cluster: ClusterFacts) -> Advice:
    """The connection's own error says it best; a copy of the server's kubeconfig has a row."""
    cause = API.get(cluster.api.kind, "the API server was not asked")
    fix = cluster.api.fix or "kubectl get nodes -v 6   # with the same kubeconfig"
    if cluster.api.kind == KubeconfigIsLocal.__name__:
        return replace(catalogue("kubeconfig-localhost"), fix=fix, does=cluster.api.does)
    return Advice(cause, fix, does=cluster.api.does)


@advises("client_certificate")
def client_certificate(cluster: ClusterFacts) -> Advice:
    """K3s makes it anew where it starts."""
    end = cluster.api.certificate_end
    when = f" on {end:%Y-%m-%d}" if end else ""
    return catalogue("client-certificate-ends").after(f"the kubeconfig's client certificate ends soon{when}")


@advises("services")
def services(node: NodeFacts, nodes: dict[str, NodeFacts], inventory: Inventory) -> Advice:
    """Not there, not running (with its own words), or in the other role."""
    service, wanted = node.k3s.service, node.declared.k3s_role
    if service is None:
        return Advice(f"K3s is not installed on {node.name}", _install(inventory, wanted), does="restarts")
    if node.k3s.role == "nothing":
        meant = next((each for each in node.k3s.services if each.role == wanted), None)
        if meant is not None:
            return _not_running(node, meant, meaning(node.k3s.said, node, nodes, inventory))
        return Advice(
            f"K3s is installed on {node.name} as {service.role or service.unit} alone, and does not run",
            _install(inventory, wanted),
            does="restarts",
        )
    if wanted == "server" or _serves_this_cluster(node, nodes, inventory):
        return Advice(
            f"K3s runs on {node.name} as {node.k3s.role}, which cluster.yaml does not say",
            f"see what is meant: systemctl cat {service.unit}; where K3s is right, write role: server, agent or both into cluster.yaml",
            does="reads",
        )
    return catalogue(
        "worker-is-server",
        node=node.name,
        data=node.k3s.data_dir,
        install=_install(inventory, wanted),
        server=inventory.server.name,
    )


def _serves_this_cluster(node: NodeFacts, nodes: dict[str, NodeFacts], inventory: Inventory) -> bool:
    """Whether it is one more server of this cluster, or that cannot be told: then nothing may be uninstalled."""
    known = [nodes[server.name].k3s for server in inventory.servers if not reason(nodes[server.name], "k3s")]
    authorities = {k3s.server_ca_sha256 for k3s in known if not reason(k3s, "server_ca_sha256")}
    own = reason(node.k3s, "server_ca_sha256")
    return own is not None or not authorities or node.k3s.server_ca_sha256 in authorities


def _install(inventory: Inventory, role: str) -> str:
    """Give the installer's own command for that role; TOKEN is for a person to fill in."""
    docker = " --docker" if inventory.kubernetes.runtime == "docker" else ""
    joins = role == "agent" or len(inventory.servers) > 1
    join = f"K3S_URL=https://{inventory.endpoint}:6443 K3S_TOKEN=TOKEN " if joins else ""
    note = f"   # TOKEN: sudo cat {DATA_DIR}/server/node-token on {inventory.server.name}" if join else ""
    return f"curl -sfL https://get.k3s.io | {join}sh -s - {role}{docker}{note}"


def _not_running(node: NodeFacts, service: Service, known: Advice | None) -> Advice:
    """In K3s's own words, where the journal has some, and with what mends those that are known."""
    said = f"; it logged: {node.k3s.said}" if node.k3s.said else ""
    log = f"sudo journalctl -u {service.unit} -n 40 --no-pager   # on {node.name}"
    if found := remedy(node.k3s.said, SaidBy(node.name, service.unit)):
        return Advice(f"{service.what} on {node.name}{said}", found.fix, does=found.does)
    if known:
        return known.after(f"{service.what} on {node.name}{said}")
    if service.state == "stopped":
        return Advice(
            f"{service.what} on {node.name}{said}", f"sudo systemctl enable --now {service.unit}; {log}", does="changes"
        )
    return Advice(f"{service.what} on {node.name}{said}", log, does="reads")


@advises("datastore")
def datastore(server: NodeFacts) -> Advice:
    """Its own journal says how slow."""
    log = server.datastore
    lost = f"a controller lost its leadership {log.leaderships_lost} times, which ends K3s; " * bool(
        log.leaderships_lost
    )
    return catalogue("slow-sd-datastore").after(
        f"in the last hour of K3s's journal on {server.name}: {lost}queries took over a second (Slow SQL) in {log.slow_minutes} different minutes"
    )


@advises("joined")
def joined(node: NodeFacts, nodes: dict[str, NodeFacts], inventory: Inventory) -> Advice:
    """A server that founded a cluster of its own, or an agent that asks another one."""
    k3s = node.k3s
    if node.declared.is_server:
        return Advice(
            f"{node.name} has another cluster CA than most servers: it was not joined to them",
            f"compare it on all servers: sudo sha256sum {k3s.data_dir}/server/tls/server-ca.crt",
            does="reads",
        )
    if k3s.never_joined:
        return Advice(
            f"{node.name} asks {k3s.url}, which resolves to no server in cluster.yaml, and has received no cluster CA from there",
            f"{ask(node, str(inventory.endpoint))}   # where {k3s.url_host} stands for your servers, name it in cluster.yaml as "
            "kubernetes.endpoint",
            does="restarts",
        )
    found = foreign_token(node, nodes, inventory)
    return replace(
        found, cause=f"{node.name} joined {k3s.url}, whose cluster CA is not that of {inventory.server.name}"
    )


@advises("token")
def token(server: NodeFacts) -> Advice:
    """Absent, or readable by others."""
    files = server.k3s.open_token_files
    if not files:
        return catalogue("token-missing", server=server.name).after(
            f"there is no token in {server.k3s.data_dir}/server on {server.name}"
        )
    paths = " ".join(file.path for file in files)
    return catalogue("token-readable", paths=paths, server=server.name).after(
        "users other than root can read the join token"
    )


@advises("authority")
def authority(agent: NodeFacts, nodes: dict[str, NodeFacts], inventory: Inventory) -> Advice:
    """The server was reinstalled."""
    return foreign_token(agent, nodes, inventory)


@advises("nodes")
def nodes(node: NodeFacts, nodes: dict[str, NodeFacts], cluster: ClusterFacts, inventory: Inventory) -> Advice:
    """Never joined or not Ready, with what K3s says of it; or registered under another address."""
    log = f"sudo journalctl -u {unit_of(node)} -n 30   # on {node.name}"
    if node.name not in cluster.members:
        others = f"; nodes that are not in cluster.yaml: {_names(cluster.strangers)}" if cluster.strangers else ""
        cause = f"{node.name} has not joined the cluster{said_there(node)}{others}"
        return by_mdns(node, inventory) or _known(cause, node, nodes, inventory) or Advice(cause, log, does="reads")
    member = cluster.member(node.name)
    if not member.ready:
        cause = f"not Ready: {member.why_not_ready or 'no reason is told'}{said_there(node)}"
        return _known(cause, node, nodes, inventory) or Advice(cause, log, does="reads")
    if not member.has_address_of(node.declared):
        address = str(node.declared.address)
        held = "" if reason(node, "network") else node.network.interface_of(address)
        found = catalogue("wrong-interface", node=node.name, address=address, interface=held or "INTERFACE")
        return found.after(_registered(member))
    if "DiskPressure" in member.pressures:
        return catalogue("disk-full")
    return Advice(
        f"the kubelet reports {', '.join(member.pressures)}",
        f"kubectl describe node {member.name}; free -h; df -h   # the last two on {node.name}",
        does="reads",
    )


def _known(cause: str, node: NodeFacts, nodes: dict[str, NodeFacts], inventory: Inventory) -> Advice | None:
    found = meaning(words_of(node), node, nodes, inventory)
    return found.after(cause) if found else None


def _registered(member: Member) -> str:
    flannel = f", flannel uses {member.flannel_address}" if member.flannel_address else ""
    return f"it is registered as {', '.join(member.addresses)}{flannel}"


def _names(members: Iterable[Member]) -> str:
    return ", ".join(member.name for member in members)


@advises("strangers")
def strangers(cluster: ClusterFacts, inventory: Inventory) -> Advice:
    """Not in cluster.yaml, an old name of a board, or of one that is gone: a person tells which."""
    fixes = []
    for member in cluster.strangers:
        boards = [node.name for node in inventory.nodes.values() if member.has_address_of(node)]
        if boards:
            fixes.append(f"kubectl describe node {member.name}   # it has the address of {boards[0]}: its node_name:?")
        elif member.is_ready:
            fixes.append(f"cluster.yaml: nodes: {member.name}: {{address: {_address(member)}, role: …}}")
        else:
            fixes.append(f"kubectl describe node {member.name}   # not Ready: is its board off, or gone for good?")
    found = catalogue("node-not-declared").after(f"nodes that cluster.yaml does not name: {_names(cluster.strangers)}")
    return replace(found, fix="\n".join(fixes), does="reads")


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
        return found.after(f"{node.name} runs {member.runtime_version}")
    return Advice(
        f"{node.name} runs {member.runtime_version}, and cluster.yaml declares {inventory.kubernetes.runtime}",
        f"cluster.yaml: kubernetes: {{runtime: {member.runtime}}}, if that is meant; else remove --docker from the flags of K3s there",
        does="changes",
    )


@advises("system_pods")
def system_pods(cluster: ClusterFacts) -> Advice:
    """Their own words say why; of one that is ready at the moment, its last end."""
    if not cluster.sick_system_pods:
        return crashing(cluster)
    said = "; ".join(
        f"{pod!r} on {cluster.board(pod.node) or 'no node'}: {pod.why or pod.phase}" for pod in cluster.sick_system_pods
    )
    first = cluster.sick_system_pods[0]
    look = f"kubectl -n {first.namespace} describe pod {first.name}"
    found = pod_end(said, look)
    return replace(found, cause=f"{found.cause} ({said})" if found.id else f"pods of the system are not ready: {said}")
