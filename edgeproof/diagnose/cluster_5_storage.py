"""Advice on tests_cluster's layer 5: test_5_storage."""

from __future__ import annotations

from edgeproof.diagnose.advice import Advice, advises, catalogue
from edgeproof.facts.node import NodeFacts
from edgeproof.inventory import Inventory
from edgeproof.trial.claim_pods import ClaimPod
from edgeproof.trial.mounts import TrialMount


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
    said = trial_mounts[agent.name].complaint
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


@advises("pod_with_claim")
def pod_with_claim(agent: NodeFacts, claim_pods: dict[str, ClaimPod]) -> Advice:
    """The pod's own words."""
    if "FailedMount" in claim_pods[agent.name].complaint:
        return catalogue("nfs-version")
    return Advice("a pod with the claim does not run on this agent", "kubectl describe pod nfs-test-pod")


@advises("listing")
def listing(agent: NodeFacts) -> Advice:
    """A stale mount, or another folder."""
    return catalogue(
        "nfs-stale", node=agent.name, path="/var/lib/kubelet/pods/*/volumes/kubernetes.io~nfs/*", server="SERVER"
    )
