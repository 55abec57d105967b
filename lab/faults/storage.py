"""Faults of storage and of the claim on it."""

from __future__ import annotations

from lab import limits
from lab.faults.fault import DELETED, MOUNTED, Fault, ShellFault

FSTAB = "/mnt/images"


def _claim(claim: str, volume: str, namespace: str = "default") -> str:
    """Give shell text that makes a volume over the export and a claim on it, each with these lines of its spec."""
    return f"""k3s kubectl apply -f - <<'EOF'
apiVersion: v1
kind: PersistentVolume
metadata: {{name: nfs-images-pv}}
spec: {{nfs: {{server: {{server_address}}, path: /nfs/images}}, {volume}}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {{name: nfs-images-pvc, namespace: {namespace}}}
spec: {{{claim}}}
EOF
"""


def _claim_fault(name: str, sentence: str, catalogue_id: str, claim: str, volume: str) -> ShellFault:
    return ShellFault(
        name=name,
        is_daily=False,
        sentence=sentence,
        suite="tests_cluster",
        check="claim",
        catalogue_id=catalogue_id,
        role="server",
        runs_on="server",
        breaks=_claim(claim, volume),
        mends=CLAIM_GONE,
        shown_by="the cluster",
    )


MANY = "accessModes: [ReadOnlyMany]"
NO_CLASS = 'storageClassName: ""'
PHASE = "k3s kubectl get pvc nfs-images-pvc -n default -o jsonpath='{.status.phase}'"
CLAIM_GONE = f"k3s kubectl delete pvc nfs-images-pvc -n default {DELETED}; k3s kubectl delete pv nfs-images-pv no-such-pv {DELETED}"
"""The volume that the fix for claim-without-volume makes, too."""


def _whole(namespace: str = "default") -> str:
    """Give shell text that makes a claim and a volume that fit each other."""
    return _claim(
        f"{MANY}, {NO_CLASS}, volumeName: nfs-images-pv, resources: {{requests: {{storage: 5Gi}}}}",
        f"{MANY}, {NO_CLASS}, capacity: {{storage: 5Gi}}",
        namespace,
    )


def _bound(namespace: str = "default") -> str:
    """Give shell text that makes them, and waits until they are bound to each other."""
    wait = f"k3s kubectl wait pvc/nfs-images-pvc -n {namespace} --for=jsonpath='{{.status.phase}}'=Bound --timeout={limits.DELETE_S:.0f}s"
    return _whole(namespace) + wait


STORAGE_FAULTS: tuple[Fault, ...] = (
    _claim_fault(
        "claim-too-large",
        "the claim asks for more than its volume has",
        "pvc-larger-than-volume",
        f"{MANY}, {NO_CLASS}, volumeName: nfs-images-pv, resources: {{requests: {{storage: 50Gi}}}}",
        f"{MANY}, {NO_CLASS}, capacity: {{storage: 5Gi}}",
    ),
    _claim_fault(
        "claim-other-mode",
        "the claim wants to be written by many, and its volume is read by many",
        "pvc-mode-differs",
        f"accessModes: [ReadWriteMany], {NO_CLASS}, volumeName: nfs-images-pv, resources: {{requests: {{storage: 5Gi}}}}",
        f"{MANY}, {NO_CLASS}, capacity: {{storage: 5Gi}}",
    ),
    _claim_fault(
        "claim-other-class",
        "the claim's class is another than its volume's",
        "pvc-class-differs",
        f"{MANY}, {NO_CLASS}, volumeName: nfs-images-pv, resources: {{requests: {{storage: 5Gi}}}}",
        f"{MANY}, storageClassName: nfs, capacity: {{storage: 5Gi}}",
    ),
    _claim_fault(
        "claim-without-volume",
        "the claim names a volume that is not there",
        "pvc-volume-absent",
        f"{MANY}, {NO_CLASS}, volumeName: no-such-pv, resources: {{requests: {{storage: 5Gi}}}}",
        f"{MANY}, {NO_CLASS}, capacity: {{storage: 5Gi}}",
    ),
    ShellFault(
        name="nfs-server-not-at-boot",
        is_daily=False,
        sentence="the NFS server runs, and will not after the next boot",
        suite="tests_cluster",
        check="nfs_service",
        catalogue_id="nfs-server-not-at-boot",
        role="server",
        breaks="systemctl disable nfs-kernel-server",
        mends="systemctl enable nfs-kernel-server",
    ),
    ShellFault(
        name="nfs-mount-lost",
        is_daily=False,
        sentence="an NFS mount of /etc/fstab was not mounted at boot",
        suite="tests_cluster",
        check="standing_mounts",
        catalogue_id="nfs-mount-lost",
        breaks=f"mkdir -p {FSTAB}; echo '{{server_address}}:/nfs/images {FSTAB} nfs defaults 0 0' >> /etc/fstab",
        mends=f"sed -i '\\,{FSTAB},d' /etc/fstab",
    ),
    ShellFault(
        name="claim-of-a-released-volume",
        is_daily=False,
        sentence="the claim wants a volume that is still kept for a claim that was deleted",
        suite="tests_cluster",
        check="claim",
        catalogue_id="pvc-volume-held",
        role="server",
        runs_on="server",
        breaks=f"{_bound()}; k3s kubectl delete pvc nfs-images-pvc -n default {DELETED}; {_whole()}",
        mends=CLAIM_GONE,
        broken=f"{PHASE} | grep -qx Pending",
        shown_by="the cluster",
    ),
    ShellFault(
        name="claim-of-a-used-volume",
        is_daily=False,
        sentence="the claim wants a volume that a claim in another namespace has",
        suite="tests_cluster",
        check="claim",
        catalogue_id="pvc-volume-of-another",
        role="server",
        runs_on="server",
        breaks=f"k3s kubectl create namespace photos; {_bound('photos')}; {_whole()}",
        mends=f"k3s kubectl delete namespace photos {DELETED}; {CLAIM_GONE}",
        broken=f"{PHASE} | grep -qx Pending",
        shown_by="the cluster",
    ),
    ShellFault(
        name="export-folder-missing",
        is_daily=False,
        sentence="the exported folder is not there: the disk that it is on was not mounted",
        suite="tests_cluster",
        check="export_folder",
        catalogue_id="export-folder-missing",
        role="server",
        breaks="mv /nfs/images /nfs/images.kept",
        mends="[ ! -d /nfs/images.kept ] || { [ ! -d /nfs/images ] || rmdir /nfs/images; mv /nfs/images.kept /nfs/images; systemctl restart nfs-kernel-server; }",
        settled="exec 3<>/dev/tcp/127.0.0.1/2049",
        blocks=MOUNTED,
        spreads=True,
    ),
)
