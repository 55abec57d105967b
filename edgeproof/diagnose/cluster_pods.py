"""Advice on tests_cluster's layers 3 to 6: pod network, GPU in pods, storage, images."""

from __future__ import annotations

from edgeproof.diagnose.advice import Advice, advises, catalogue
from edgeproof.facts.cluster import ClusterFacts
from edgeproof.facts.node import NodeFacts
from edgeproof.inventory import Inventory
from edgeproof.workload.mounts import TrialMount
from edgeproof.workload.stage import ClaimPod, VerifyPod

IMAGE = "python -m edgeproof image   # builds it once and puts it on every agent"


@advises("matrix")
def matrix(node: NodeFacts, verify_pods: dict[str, VerifyPod]) -> Advice:
    """Flannel on the wrong interface, or UDP 8472 blocked."""
    found = catalogue("vxlan-checksum")
    cause = f"pods on {node.name} do not reach pods on {', '.join(verify_pods[node.name].unreached)}: {found.cause}"
    return Advice(cause, found.fix, found.id, found.source)


@advises("service")
def service() -> Advice:
    """kube-proxy's rules, or br_netfilter."""
    return catalogue("br-netfilter")


@advises("daemon_set")
def daemon_set(node: NodeFacts, inventory: Inventory, verify_pods: dict[str, VerifyPod]) -> Advice:
    """The pod's own words, and the image."""
    why = verify_pods[node.name].why
    if "exec format" in why:
        return catalogue("wrong-arch-image")
    if "toomanyrequests" in why:
        return catalogue("pull-limit")
    image = inventory.images.gpu_verify
    return Advice(
        "the pod does not run", f"docker pull {image}   # on {node.name}; then: kubectl describe pod -l app=gpu-test"
    )


@advises("gpu_in_pod")
def gpu_in_pod(node: NodeFacts, cluster: ClusterFacts) -> Advice:
    """The first broken link from daemon.json to the pod."""
    if cluster.member(node.name).runtime.startswith("containerd"):
        return catalogue("runtime-bypassed")
    if node.docker.default_runtime != "nvidia":
        return Advice(
            "Docker's default runtime is not nvidia (see daemon_json and daemon_agrees in tests_node)",
            "pytest tests_node -k daemon",
        )
    if not node.csv:
        return catalogue("l4t-csv-missing")
    return catalogue("l4t-image-mismatch")


@advises("export")
def export(inventory: Inventory, nodes: dict[str, NodeFacts]) -> Advice:
    """Stopped, not exported, or otherwise than declared."""
    name, path = inventory.nfs_server.name, inventory.storage.export
    seen = nodes[name].nfs_server
    if not seen.active:
        return Advice(f"the NFS server on {name} does not run", "sudo systemctl enable --now nfs-kernel-server")
    options = ",".join(sorted(inventory.storage.options))
    line = f"{path} {inventory.network.gateway}/{inventory.network.prefix}({options})"
    if not seen.exports_of(path) or seen.missing_options(inventory.storage):
        return Advice(
            f"{path} is not exported as declared", f"echo '{line}' | sudo tee /etc/exports && sudo exportfs -ra"
        )
    return Advice(
        f"{path} is {seen.owner}, mode {seen.mode}", f"sudo chown nobody:nogroup {path} && sudo chmod 777 {path}"
    )


@advises("mount")
def mount(agent: NodeFacts, trial_mounts: dict[str, TrialMount]) -> Advice:
    """Mount's own words tell the cause."""
    said = trial_mounts[agent.name].error
    if "bad option" in said:
        return catalogue("nfs-client-missing")
    if "Stale" in said:
        return catalogue("nfs-stale", node=agent.name, path="/mnt")
    if "version" in said or "Protocol not supported" in said:
        return catalogue("nfs-version")
    if "denied" in said:
        return Advice(
            f"the server does not export to {agent.declared.address}", "sudo nano /etc/exports; sudo exportfs -ra"
        )
    return Advice(f"mount says: {said}", f"showmount -e SERVER   # on {agent.name}; is port 2049 open?")


@advises("claim")
def claim() -> Advice:
    """The default class was filled in."""
    return catalogue("pvc-wrong-class")


@advises("pod")
def pod(agent: NodeFacts, claim_pods: dict[str, ClaimPod]) -> Advice:
    """The pod's own words."""
    if "FailedMount" in claim_pods[agent.name].why:
        return catalogue("nfs-version")
    return Advice("a pod with the claim does not run on this agent", "kubectl describe pod nfs-test-pod")


@advises("listing")
def listing(agent: NodeFacts) -> Advice:
    """A stale mount, or another folder."""
    return catalogue(
        "nfs-stale", node=agent.name, path="/var/lib/kubelet/pods/*/volumes/kubernetes.io~nfs/*", server="SERVER"
    )


@advises("worker_image")
def worker_image(agent: NodeFacts) -> Advice:
    """Missing, or another build."""
    if not agent.worker_image.id:
        return Advice("the worker image is not on this agent, and imagePullPolicy Never will not fetch it", IMAGE)
    return Advice("this agent has another worker image than the others: its results cannot be compared", IMAGE)
