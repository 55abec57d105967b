"""Advice on tests_cluster's layer 4: test_4_pod_gpu."""

from __future__ import annotations

from dataclasses import replace

from edgeproof.diagnose.advice import Advice, advises, catalogue
from edgeproof.diagnose.pod_end import OwnersImage, lost_meanwhile, pod_end
from edgeproof.facts.cluster import ClusterFacts
from edgeproof.facts.node import NodeFacts
from edgeproof.facts.observed import reason
from edgeproof.inventory import Inventory
from edgeproof.trial.verify_pods import VerifyPod


@advises("way")
def way(inventory: Inventory, way_lacks: tuple[str, ...]) -> Advice:
    """Docker, which knows no RuntimeClass; or a class that nobody has made."""
    if "Docker" not in way_lacks[0]:
        return catalogue("runtime-class-missing").after(f"cluster.yaml says gpu: {inventory.kubernetes.gpu}")
    return Advice(
        f"{way_lacks[0]}: pods that name one do not start there, and have the GPU by Docker's default runtime",
        "cluster.yaml: kubernetes: {gpu: default-runtime}, where Docker is meant; else take --docker out of what K3s runs with on those nodes, "
        "and restart K3s there",
        does="restarts",
    )


@advises("daemon_set")
def daemon_set(
    node: NodeFacts, cluster: ClusterFacts, inventory: Inventory, verify_pods: dict[str, VerifyPod]
) -> Advice:
    """A node that was lost meanwhile; else the pod's own words."""
    pod = verify_pods[node.name]
    if pod.lost:
        return lost_meanwhile(pod.lost, node)
    image = inventory.images.gpu_verify
    pull = (
        f"docker pull {image}" if cluster.member(node.name).runtime == "docker" else f"sudo k3s ctr images pull {image}"
    )
    found = pod_end(
        pod.complaint,
        f"kubectl get events -A | grep gpu-cluster-verify; {pull}   # the last on {node.name}",
        image=OwnersImage("gpu_verify", image),
    )
    return found if found.id else replace(found, cause=f"{found.cause} (the GPU is asked for by {cluster.gpu_way})")


@advises("gpu_in_pod")
def gpu_in_pod(
    node: NodeFacts, cluster: ClusterFacts, inventory: Inventory, verify_pods: dict[str, VerifyPod]
) -> Advice:
    """What the framework said, or the first broken link from the way that pods ask in to the pod."""
    way, runtime = cluster.gpu_way, cluster.member(node.name).runtime
    if verify_pods[node.name].gpu_said:
        found = pod_end(
            verify_pods[node.name].gpu_said, "kubectl get pods -A -l app=gpu-test", "the framework in the pod fails"
        )
    elif way.name != "default-runtime":
        found = Advice(
            "the pod runs, and no GPU came into it",
            "ls -l /dev/nvhost-gpu /dev/nvmap; sudo nvidia-ctk cdi list; cat /etc/nvidia-container-runtime/config.toml   # on "
            + node.name,
            does="reads",
        )
    elif runtime != "docker" and inventory.kubernetes.runtime == runtime:
        found = catalogue("no-nvidia-default", node=node.name)
    elif runtime != "docker":
        found = catalogue("runtime-bypassed", node=node.name)
    else:
        found = _by_docker(node)
    return replace(found, cause=f"{found.cause} (way to the GPU: {way}, on {runtime})")


def _by_docker(node: NodeFacts) -> Advice:
    if reason(node, "docker") is None and node.docker.default_runtime != "nvidia":
        return Advice(
            "Docker's default runtime is not nvidia (see daemon_json and daemon_agrees in tests_node)",
            "python -m edgeproof node -k daemon",
            does="reads",
        )
    if reason(node, "l4t_mount_lists") is None and not node.l4t_mount_lists:
        return catalogue("l4t-csv-missing")
    return catalogue("l4t-image-mismatch")
