"""Faults of the cluster: a node that is off, services, taint, label, pods, storage, images."""

from __future__ import annotations

from lab.faults.fault import DELETED, JOINED, MOUNTED, Fault, PowerOff, ShellFault
from lab.lab import RUNTIMES, Runtime

IMAGE = "jetson-inference:v1"
KEPT_IMAGE = "edgeproof-lab-kept:v1"
LIBRARY = "docker.io/library"
CTR = "k3s ctr -n k8s.io images"
KEEP: dict[Runtime, str] = {
    "docker": f"docker tag {IMAGE} {KEPT_IMAGE}; ",
    "containerd": f"{CTR} tag --force {LIBRARY}/{IMAGE} {LIBRARY}/{KEPT_IMAGE}; ",
}
REMOVE: dict[Runtime, str] = {"docker": f"docker rmi {IMAGE}", "containerd": f"{CTR} rm --sync {LIBRARY}/{IMAGE}"}
RENAME: dict[Runtime, str] = {
    "docker": f"docker tag busybox:latest {IMAGE}",
    "containerd": f"{CTR} tag --force {LIBRARY}/busybox:latest {LIBRARY}/{IMAGE}",
}
RESTORE_IMAGE: dict[Runtime, str] = {
    "docker": (
        f"if docker image inspect {KEPT_IMAGE} >/dev/null 2>&1; then docker tag {KEPT_IMAGE} {IMAGE}; docker rmi {KEPT_IMAGE}; fi"
    ),
    "containerd": (
        f"if {CTR} ls -q | grep -qx {LIBRARY}/{KEPT_IMAGE}; then {CTR} tag --force {LIBRARY}/{KEPT_IMAGE} {LIBRARY}/{IMAGE};"
        f" {CTR} rm --sync {LIBRARY}/{KEPT_IMAGE}; fi"
    ),
}
STRAY_POD = """k3s kubectl apply -f - <<'EOF'
apiVersion: v1
kind: Pod
metadata: {name: stray, namespace: default, labels: {app: stray}}
spec:
  nodeName: {node}
  terminationGracePeriodSeconds: 0
  containers: [{name: stray, image: "busybox:latest", imagePullPolicy: Never, command: [sleep, "86400"]}]
EOF"""
LOCAL_CLAIM = """k3s kubectl apply -f - <<'EOF'
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: nfs-images-pvc, namespace: default}
spec: {accessModes: [ReadOnlyMany], resources: {requests: {storage: 5Gi}}}
EOF"""

SCALE_DNS = "k3s kubectl --namespace kube-system scale deployment coredns --replicas="
DNS_PODS = "k3s kubectl --namespace kube-system get pods -l k8s-app=kube-dns"

STRANGER = """k3s kubectl apply -f - <<'EOF'
apiVersion: v1
kind: Node
metadata: {name: old-board, labels: {kubernetes.io/os: linux, kubernetes.io/arch: amd64}}
EOF"""

CLUSTER_FAULTS: tuple[Fault, ...] = (
    PowerOff(
        name="node-off",
        sentence="the board is powered off",
        fix_not_run="somebody has to plug it in",
        suite="tests_node",
        check="ssh",
    ),
    ShellFault(
        name="agent-stopped",
        sentence="k3s-agent is stopped",
        suite="tests_cluster",
        check="services",
        breaks="systemctl stop k3s-agent",
        mends="systemctl start k3s-agent",
        blocks=JOINED,
        blocks_on_containerd=frozenset({"worker_image", "worker_image_kind"}),
    ),
    ShellFault(
        name="agent-is-server",
        sentence="K3s was installed on the agent as a server, so it is a cluster of its own",
        suite="tests_cluster",
        check="services",
        catalogue_id="worker-is-server",
        breaks="systemctl disable --now k3s-agent; /usr/local/lib/lab/install-k3s server {k3s_flags}",
        mends=(
            "if systemctl is-enabled -q k3s 2>/dev/null; then systemctl disable k3s; /usr/local/bin/k3s-killall.sh; rm -rf /var/lib/rancher/k3s/server"
            " /etc/rancher/k3s/k3s.yaml /etc/systemd/system/k3s.service* /usr/local/bin/k3s-uninstall.sh; systemctl daemon-reload;"
            " systemctl enable --now k3s-agent; fi"
        ),
        broken="[ -s /var/lib/rancher/k3s/server/node-token ]",
        blocks=JOINED,
    ),
    ShellFault(
        name="taint-removed",
        sentence="the server has lost its taint",
        suite="tests_cluster",
        check="taint",
        catalogue_id="master-hot",
        role="server",
        runs_on="server",
        breaks="k3s kubectl taint nodes {node} node-role.kubernetes.io/master-",
        mends="k3s kubectl taint nodes {node} node-role.kubernetes.io/master=true:NoSchedule --overwrite",
    ),
    ShellFault(
        name="label-missing",
        sentence="the agent lacks the label node-type=worker",
        suite="tests_cluster",
        check="worker_label",
        catalogue_id="worker-label-missing",
        runs_on="server",
        breaks="k3s kubectl label nodes {node} node-type-",
        mends="k3s kubectl label nodes {node} node-type=worker --overwrite",
        blocks_here=frozenset({"placement"}),
    ),
    ShellFault(
        name="pod-on-server",
        sentence="a workload pod runs on the server",
        fix_not_run="the pod has no controller, and the fix says so",
        suite="tests_cluster",
        check="master_idle",
        catalogue_id="master-hot",
        role="server",
        runs_on="server",
        breaks=STRAY_POD,
        mends=f"k3s kubectl delete pod stray --namespace default {DELETED}",
        broken="[ \"$(k3s kubectl get pod stray -o jsonpath='{.status.phase}')\" = Running ]",
    ),
    ShellFault(
        name="nfs-server-stopped",
        sentence="the NFS server is stopped",
        suite="tests_cluster",
        check="nfs_service",
        catalogue_id="nfs-server-not-running",
        role="server",
        breaks="systemctl stop nfs-kernel-server",
        mends="systemctl start nfs-kernel-server",
        settled="exec 3<>/dev/tcp/127.0.0.1/2049",
        blocks=MOUNTED | {"nfs_port"},
        blocks_here=frozenset({"export", "export_folder"}),
        spreads=True,
    ),
    ShellFault(
        name="coredns-stopped",
        sentence="CoreDNS was scaled to no pod at all, so no pod finds a name",
        suite="tests_cluster",
        check="cluster_dns",
        catalogue_id="dns-without-pods",
        role="server",
        runs_on="server",
        breaks=f"{SCALE_DNS}0",
        mends=f"{SCALE_DNS}1",
        broken=f'[ -z "$({DNS_PODS} -o name)" ]',
        settled=f"{DNS_PODS} -o jsonpath='{{.items[*].status.conditions[?(@.type==\"Ready\")].status}}' | grep -qx True",
        shown_by="every node",
    ),
    ShellFault(
        name="claim-local-path",
        sentence="the claim names no class, so it was given the default one, local-path",
        suite="tests_cluster",
        check="claim",
        catalogue_id="pvc-wrong-class",
        role="server",
        runs_on="server",
        breaks=LOCAL_CLAIM,
        mends=f"k3s kubectl delete pvc nfs-images-pvc --namespace default {DELETED}",
        shown_by="the cluster",
    ),
    ShellFault(
        name="worker-image-missing",
        sentence="the worker image is missing on one agent",
        suite="tests_cluster",
        check="worker_image",
        catalogue_id="worker-image-missing",
        breaks={runtime: KEEP[runtime] + REMOVE[runtime] for runtime in RUNTIMES},
        mends=RESTORE_IMAGE,
        blocks_here=frozenset({"worker_image_kind", "placement"}),
    ),
    ShellFault(
        name="worker-image-different",
        sentence="the worker image on one agent is another one than on the rest",
        suite="tests_cluster",
        check="worker_image",
        catalogue_id="worker-image-differs",
        breaks={runtime: KEEP[runtime] + RENAME[runtime] for runtime in RUNTIMES},
        mends=RESTORE_IMAGE,
    ),
    ShellFault(
        name="cordoned",
        is_daily=False,
        sentence="somebody cordoned the agent for an upgrade, and forgot it",
        suite="tests_cluster",
        check="schedulable",
        catalogue_id="cordoned",
        runs_on="server",
        breaks="k3s kubectl cordon {node}",
        mends="k3s kubectl uncordon {node}",
        blocks_here=frozenset({"placement", "pod_with_claim", "listing"}),
    ),
    ShellFault(
        name="label-on-server",
        is_daily=False,
        sentence="the server has the workers' label",
        suite="tests_cluster",
        check="worker_label",
        catalogue_id="worker-label-on-server",
        role="server",
        runs_on="server",
        breaks="k3s kubectl label nodes {node} node-type=worker --overwrite",
        mends="k3s kubectl label nodes {node} node-type-",
    ),
    ShellFault(
        name="stranger",
        is_daily=False,
        sentence="the cluster has a node that nobody declared",
        suite="tests_cluster",
        check="strangers",
        catalogue_id="node-not-declared",
        role="server",
        runs_on="server",
        breaks=STRANGER,
        mends="k3s kubectl delete node old-board --ignore-not-found",
        shown_by="the cluster",
    ),
    ShellFault(
        name="token-readable",
        is_daily=False,
        sentence="everybody on the server can read the token that lets nodes join",
        suite="tests_cluster",
        check="token",
        catalogue_id="token-readable",
        role="server",
        breaks="chmod 755 /var/lib/rancher/k3s/server; chmod 644 /var/lib/rancher/k3s/server/node-token",
        mends="chmod 600 /var/lib/rancher/k3s/server/node-token; chmod 700 /var/lib/rancher/k3s/server",
    ),
)
