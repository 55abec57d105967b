"""Advice on tests_cluster's layer 3: test_3_pod_network."""

from __future__ import annotations

import re
from dataclasses import replace

from edgeproof.diagnose.advice import Advice, advises, catalogue
from edgeproof.facts.cluster import ClusterFacts
from edgeproof.facts.node import NodeFacts
from edgeproof.facts.observed import reason
from edgeproof.trial.verify_pods import API, VerifyPod

SWALLOWED = re.compile(r"timed out|No route to host", re.I)
"""What a packet that is lost looks like; one that is refused has arrived."""

FORBIDDEN = "(403)"
DIALLING = re.compile(r"dialing backend|dial tcp \S+:10250|while dialing \S+:10250")
"""How an API server says that it could not ask a kubelet (its port is 10250)."""

POSSIBLE_AT_SERVICES = ("br-netfilter", "kernel-modules")


@advises("exec_in_pod")
def exec_in_pod(node: NodeFacts, verify_pods: dict[str, VerifyPod]) -> Advice:
    """Not allowed, the kubelet's port shut, or the API server's own words."""
    said = verify_pods[node.name].refused
    if FORBIDDEN in said:
        return Advice(
            f"this kubeconfig may not run commands in pods: {said}",
            "kubectl auth can-i create pods/exec   # then name a kubeconfig whose user may: --edgeproof-kubeconfig=FILE",
            does="reads",
        )
    if DIALLING.search(said):
        found = catalogue("kubelet-unreached", node=node.name)
        return replace(found, cause=f"{said}: {found.cause}")
    return Advice(
        f"no command can be run in a pod on {node.name}, and these words are not in the catalogue: {said}",
        f"kubectl get nodes -o wide; sudo journalctl -u 'k3s*' -n 30   # the last on the server and on {node.name}",
        does="reads",
    )


@advises("pod_reaches_pods")
def pod_reaches_pods(node: NodeFacts, cluster: ClusterFacts, verify_pods: dict[str, VerifyPod]) -> Advice:
    """Which direction, all or some, and in which words; VXLAN is accused where flannel uses it and packets are lost."""
    pod = verify_pods[node.name]
    words = sorted({pod.reasons[name] for name in pod.unreached})
    said = f"pods on {node.name} do not reach pods on {', '.join(pod.unreached)} ({'; '.join(words)}){_other_way(node.name, verify_pods)}"
    is_vxlan = cluster.member(node.name).flannel_backend == "vxlan"
    if is_vxlan and all(SWALLOWED.search(word) for word in words):
        found = catalogue("vxlan-checksum")
        return replace(found, cause=f"{said}: {found.cause}")
    backend = cluster.member(node.name).flannel_backend or "not flannel's, or not told"
    return Advice(
        f"{said}; the cause is not known (network of the pods: {backend})",
        f"kubectl get nodes -o wide; ip route; sudo iptables -S FORWARD | head   # the last two on {node.name}",
        does="reads",
    )


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
    possible = "; ".join(catalogue(row).cause for row in POSSIBLE_AT_SERVICES)
    return Advice(
        f"from a pod on {node.name} the address of the API's service does not answer ({words}); possible causes: kube-proxy has set no rules"
        f" there, a firewall on the server; {possible}",
        f"lsmod | grep br_netfilter; sudo iptables-save | grep -c KUBE-SVC; sudo journalctl -u 'k3s*' -n 30   # on {node.name}",
        does="reads",
    )
