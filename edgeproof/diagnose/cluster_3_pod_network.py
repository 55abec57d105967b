"""Advice on tests_cluster's layer 3: test_3_pod_network."""

from __future__ import annotations

import re
from collections.abc import Iterable

from edgeproof.diagnose.advice import Advice, advises, catalogue
from edgeproof.facts.cluster import ClusterFacts
from edgeproof.facts.cluster.dns import dns_pods
from edgeproof.facts.node import NodeFacts
from edgeproof.facts.observed import reason
from edgeproof.inventory import Inventory
from edgeproof.trial.cluster_dns import DNS, NAME
from edgeproof.trial.verify_pods import API, VerifyPod

SWALLOWED = re.compile(r"timed out|No route to host", re.I)
"""What a packet that is lost looks like; one that is refused has arrived."""

UNHEARD = re.compile(r"Temporary failure in name resolution|Try again|timed out", re.I)
"""How a resolver says that no server answered it (EAI_AGAIN, getaddrinfo(3)); a name that is not known is another answer."""

DIALLING = re.compile(r"dialing backend|dial tcp \S+:10250|while dialing \S+:10250")
"""How an API server says that it could not ask a kubelet (its port is 10250)."""

POSSIBLE_AT_SERVICES = ("br-netfilter", "kernel-modules")


@advises("exec_in_pod")
def exec_in_pod(node: NodeFacts, verify_pods: dict[str, VerifyPod]) -> Advice:
    """The kubelet's port shut, or the API server's own words."""
    said = verify_pods[node.name].refused
    if DIALLING.search(said):
        return catalogue("kubelet-unreached", node=node.name).after(said)
    return Advice(
        f"no command can be run in a pod on {node.name}, and this message is not in the catalogue: {said}",
        f"kubectl get nodes -o wide; sudo journalctl -u 'k3s*' -n 30   # the last on the server and on {node.name}",
        does="reads",
    )


@advises("pod_reaches_pods")
def pod_reaches_pods(
    node: NodeFacts,
    nodes: dict[str, NodeFacts],
    cluster: ClusterFacts,
    inventory: Inventory,
    verify_pods: dict[str, VerifyPod],
) -> Advice:
    """Which direction, all or some, and in which words; where packets are lost, what flannel sends them over, VXLAN last."""
    pod = verify_pods[node.name]
    words = sorted({pod.reasons[name] for name in pod.unreached})
    said = f"pods on {node.name} do not reach pods on {', '.join(pod.unreached)} ({'; '.join(words)}){_other_way(node.name, verify_pods)}"
    if all(SWALLOWED.search(word) for word in words):
        ends = (node.name, *pod.unreached)
        found = (
            _tunnel(ends, nodes, cluster, inventory)
            or _other_interface(ends, nodes, cluster)
            or _dropped_by_other_backend(nodes[name] for name in ends)
        )
        if found is None and cluster.member(node.name).flannel_backend == "vxlan":
            found = catalogue("vxlan-checksum")
        if found:
            return found.after(said)
    backend = cluster.member(node.name).flannel_backend or "not flannel's, or not known"
    if not cluster.member(node.name).flannel_backend and any(
        pod.name.startswith("calico-node") for pod in cluster.pods
    ):
        return catalogue("calico-and-the-kernel", node=node.name).after(f"{said}; the pods' network is Calico's")
    return Advice(
        f"{said}; the cause is not known (network of the pods: {backend})",
        f"kubectl get nodes -o wide; ip route; sudo iptables -S FORWARD | head   # the last two on {node.name}",
        does="reads",
    )


def _flannel_interface(name: str, nodes: dict[str, NodeFacts], cluster: ClusterFacts) -> str:
    """Name the interface of a node that flannel sends pods' packets over; '' where that is not known."""
    if name not in cluster.members or reason(nodes[name], "network"):
        return ""
    return nodes[name].network.interface_of(cluster.member(name).flannel_address)


def _tunnel(
    names: tuple[str, ...], nodes: dict[str, NodeFacts], cluster: ClusterFacts, inventory: Inventory
) -> Advice | None:
    """Flannel's packets go through a tunnel of the owner's own, which may drop what is not of its own addresses."""
    here, there = names[:2]
    through = _flannel_interface(here, nodes, cluster)
    if not through or not nodes[here].network.is_tunnel(through):
        return None
    return Advice(
        f"flannel sends them over the tunnel {through} ({cluster.member(here).flannel_address}), whose own settings decide what passes",
        f"ping -c 3 {cluster.member(there).flannel_address}; sudo wg show {through} allowed-ips   # on {here}; with WireGuard, the peers' "
        f"AllowedIPs on every node must hold the pods' range too, {inventory.kubernetes.pod_cidr}: what they leave out is dropped",
        does="reads",
    )


def _other_interface(names: tuple[str, ...], nodes: dict[str, NodeFacts], cluster: ClusterFacts) -> Advice | None:
    """Flannel has chosen another interface than that of the declared address, as Wi-Fi that has the default route."""
    for name in names:
        through, declared = _flannel_interface(name, nodes, cluster), nodes[name].declared.address
        wanted = nodes[name].network.interface_of(str(declared)) if through else ""
        if wanted not in ("", through):
            found = catalogue("wrong-interface", node=name, address=declared, interface=wanted)
            return found.after(f"flannel on {name} sends over {through}, and {declared} is on {wanted}")
    return None


def _dropped_by_other_backend(nodes: Iterable[NodeFacts]) -> Advice | None:
    """On one of the nodes Kubernetes' rules are in one backend of iptables, and the other drops what is forwarded."""
    for node in nodes:
        found = None if reason(node, "packet_filter") else node.packet_filter.at_odds
        if found:
            own, other = found
            return catalogue(
                "iptables-two-backends", node=node.name, backend="nft" if own.name == "nf_tables" else own.name
            ).after(f"on {node.name} Kubernetes' rules are in {own.name}, and {other.name} drops what is forwarded")
    return None


def _other_way(name: str, verify_pods: dict[str, VerifyPod]) -> str:
    """Say of those that are not reached which of them reach this node."""
    silent = verify_pods[name].unreached
    back = [
        other for other in silent
        if other in verify_pods and not reason(verify_pods[other], "unreached") and name not in verify_pods[other].unreached
    ]  # fmt: skip
    return f"; {', '.join(back)} reach {name}: one direction alone is lost" if back else ""


@advises("api_service")
def api_service(node: NodeFacts, verify_pods: dict[str, VerifyPod]) -> Advice:
    """What may be the cause; nothing that was seen shows which it is."""
    words = verify_pods[node.name].reasons.get(API, "no reason was told")
    if SWALLOWED.search(words) and (found := _dropped_by_other_backend([node])):
        return found.after(f"from a pod on {node.name} the address of the API's service does not answer ({words})")
    possible = "; ".join(catalogue(row).cause for row in POSSIBLE_AT_SERVICES)
    return Advice(
        f"from a pod on {node.name} the address of the API's service does not answer ({words}); possible causes: kube-proxy has set no rules"
        f" there, a firewall on the server; {possible}",
        f"lsmod | grep br_netfilter; sudo iptables-save | grep -c KUBE-SVC; sudo journalctl -u 'k3s*' -n 30   # on {node.name}",
        does="reads",
    )


@advises("cluster_dns")
def cluster_dns(node: NodeFacts, cluster: ClusterFacts, verify_pods: dict[str, VerifyPod]) -> Advice:
    """No pod behind the service; DNS on this node, whose bridge passes netfilter by; or on others, over VXLAN; else what it said."""
    pod, pods = verify_pods[node.name], [each for each in dns_pods(cluster.pods) if each.ready]
    places = sorted({cluster.board(each.node) for each in pods})
    said = f"a pod on {node.name} does not find {NAME}: {pod.dns_said}"
    if not pods:
        return catalogue("dns-without-pods").after(f"{said}; {cluster.dns} is its address")
    silent = DNS in pod.reasons or UNHEARD.search(pod.dns_said)
    if silent and (found := _dropped_by_other_backend([node])):
        return found.after(said)
    if silent and places == [node.name]:
        return catalogue("br-netfilter").after(f"{said}; the DNS pod is on this node")
    if (
        silent
        and node.name not in places
        and DNS not in pod.reasons
        and cluster.member(node.name).flannel_backend == "vxlan"
    ):
        return catalogue("vxlan-checksum").after(
            f"{said}; TCP to the DNS pods on {', '.join(places)} goes well, and names are asked by UDP"
        )
    by_tcp = (
        f"{cluster.dns} does not answer by TCP either ({pod.reasons[DNS]})"
        if DNS in pod.reasons
        else f"{cluster.dns} answers by TCP"
    )
    return Advice(
        f"{said}; {by_tcp}; the DNS pods are on {', '.join(places)}",
        "kubectl -n kube-system logs -l k8s-app=kube-dns --tail=30; kubectl -n kube-system get endpoints kube-dns; "
        f"sudo iptables-save | grep -c {cluster.dns}   # the last on {node.name}: kube-proxy's rules",
        does="reads",
    )


@advises("policy")
def policy(node: NodeFacts, network_policies: tuple[str, ...]) -> Advice:
    """K3s goes on without its controller where the kernel lacks ip_set, and nothing fails."""
    found = catalogue("network-policy-off", node=node.name, unit="k3s" if node.declared.is_server else "k3s-agent")
    return found.after(
        f"{', '.join(network_policies)} have no effect on {node.name}, where K3s said: {node.network_policy.said}"
    )
