"""Advice on tests_cluster's layer 5: test_5_storage."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace

from edgeproof.diagnose.advice import Advice, advises, catalogue
from edgeproof.diagnose.claim_binding import explain_claim
from edgeproof.diagnose.failed_mount import MountOf, explain_mount
from edgeproof.diagnose.pod_end import OwnersImage, lost_meanwhile, pod_end
from edgeproof.facts.cluster import ClusterFacts
from edgeproof.facts.node import NodeFacts
from edgeproof.facts.node.nfs_mounts import DELETED
from edgeproof.facts.node.storage import ADD, READ, NfsServer, needed
from edgeproof.facts.observed import reason
from edgeproof.inventory import Inventory
from edgeproof.trial.claim_pods import ClaimPod
from edgeproof.trial.mounts import TrialMount
from edgeproof.trial.standing_mounts import WORDS, MountTrouble


@advises("nfs_service")
def nfs_service(inventory: Inventory, nfs_server: NfsServer) -> Advice:
    """Stopped, or not installed; or started by hand."""
    if nfs_server.idle_at_boot:
        unit = nfs_server.idle_at_boot[0]
        return catalogue("nfs-server-not-at-boot", unit=unit).after(
            f"{unit} runs on {inventory.nfs_server} and is not enabled"
        )
    return catalogue("nfs-server-not-running").after(f"nothing answers for NFS on {inventory.nfs_server}")


@advises("export")
def export(inventory: Inventory, nfs_server: NfsServer) -> Advice:
    """A blank before a bracket, an agent left out, other options; the line to mend is named."""
    line = _line_with_blank(nfs_server, inventory)
    if line:
        return Advice(
            f"{line}: a blank before the bracket, so the clients before it get the defaults (ro, root_squash), and the whole world "
            "gets what stands in the bracket",
            _edit(f"no blank before the bracket in {line.split(': ')[0]}"),
            does="changes",
        )
    left_out = nfs_server.left_out(inventory)
    if left_out:
        seen = ", ".join(sorted({f"{export.path} to {export.client}" for export in nfs_server.exports})) or "nothing"
        if not nfs_server.is_exported(inventory.storage):
            written = _lines_of(nfs_server, inventory)
            if written:
                return Advice(
                    f"{written[0]}: the line is there and not in force, since the exports were not read again after it was written",
                    "sudo exportfs -ra",
                    does="changes",
                )
            return _other_paths(inventory, nfs_server, seen)
        return Advice(
            f"{inventory.storage.export} is not exported to {', '.join(left_out)}; exported is: {seen}",
            _edit(f"add a line, or the client to the line that is there: {_wanted(inventory)}"),
            does="changes",
        )
    return _options(inventory, nfs_server)


def _other_paths(inventory: Inventory, nfs_server: NfsServer, seen: str) -> Advice:
    """Nobody gets the path: what is exported shows whether it is a slip in cluster.yaml."""
    paths = " or ".join(sorted({export.path for export in nfs_server.exports}))
    line = _edit(f"add a line: {_wanted(inventory)}")
    return Advice(
        f"{inventory.storage.export} is not exported; exported is: {seen}",
        f"cluster.yaml: storage: {{export: {paths}}}, where that is meant; else {line}" if paths else line,
        does="changes",
    )


def _options(inventory: Inventory, nfs_server: NfsServer) -> Advice:
    declared = inventory.storage.options
    agent = next(
        agent for agent in inventory.agents
        if (found := nfs_server.export_for(agent, inventory.storage)) and found.in_force(declared) != declared
    )  # fmt: skip
    found = nfs_server.export_for(agent, inventory.storage)
    place = f"{found.path} {found.client}" if found else ""
    lacking = ", ".join(sorted(declared - nfs_server.granted(inventory)))
    mend = _edit(f"{lacking} for {place}")
    cause = f"the line that decides for {agent.name}, {place}, does not give it {lacking}"
    if declared - nfs_server.granted(inventory) == {"no_root_squash"}:
        row = catalogue("nfs-root-squash", server=inventory.nfs_server)
        return replace(row, cause=f"{cause}: {row.cause}", fix=mend, does="changes")
    return Advice(cause, mend, does="changes")


def _wanted(inventory: Inventory) -> str:
    clients = " ".join(f"{agent.address}({','.join(sorted(inventory.storage.options))})" for agent in inventory.agents)
    return f"{inventory.storage.export} {clients}"


def _edit(what: str) -> str:
    return f"sudoedit /etc/exports   # {what}; then: sudo exportfs -ra"


def _line_with_blank(nfs_server: NfsServer, inventory: Inventory) -> str:
    """Name the line of /etc/exports that is about the export and has a blank before a bracket; '' where there is none."""
    lines = _lines_of(nfs_server, inventory)
    return next((line for line in lines if re.search(r"[^\s()]\s+\(", line.split(None, 5)[-1])), "")


def _lines_of(nfs_server: NfsServer, inventory: Inventory) -> tuple[str, ...]:
    """Give the lines of /etc/exports that are about the export, each with its place."""
    found = []
    for written in nfs_server.written:
        place, number, text = ([*written.split(":", 2), "", ""])[:3]
        path, clients = ([*text.split(None, 1), "", ""])[:2]
        if path.strip('"').rstrip("/") == inventory.storage.export.rstrip("/"):
            found.append(f"line {number} of {place}: {path} {clients.strip()}")
    return tuple(found)


@advises("export_folder")
def export_folder(inventory: Inventory, nfs_server: NfsServer) -> Advice:
    """No folder, or one whose rights leave out whom the agents act as: nobody, where the export squashes root."""
    path = inventory.storage.export
    if nfs_server.folder is None:
        return catalogue("export-folder-missing", path=path).after(
            f"there is no folder {path} on {inventory.nfs_server}"
        )
    folder, lacking = nfs_server.folder, needed(inventory.storage) - nfs_server.rights(inventory)
    uid, gid = max(nfs_server.users(inventory))
    files = f"{path}/*" if READ in lacking else ""
    closed = catalogue(
        "export-folder-closed", owner=f"{uid}:{gid}", bits="u+rwX" if ADD in lacking else "u+rX",
        places=" ".join(filter(None, (path if lacking - {READ} else "", files))),
    )  # fmt: skip
    fix = (
        f"{closed.fix}   # or let agents act as its owner: all_squash,anonuid={folder.uid},anongid={folder.gid} in /etc/exports, and "
        "storage.options in cluster.yaml"
    )
    found = catalogue("nfs-root-squash") if nfs_server.squashes_root(inventory) else closed
    return replace(found, fix=fix, does="changes").after(
        f"agents act as user {uid}, group {gid} on {inventory.nfs_server} and cannot {', '.join(sorted(lacking))}: the folder is "
        f"{folder.owner}, mode {folder.mode:o}"
    )


def _mount_of(inventory: Inventory, agent: NodeFacts, built: frozenset[str] | None = None, let_in: str = "") -> MountOf:
    return MountOf(
        inventory.nfs_address, inventory.nfs_node.name if inventory.nfs_node else "", inventory.storage.export,
        agent.name, str(agent.declared.address), built, let_in,
    )  # fmt: skip


@advises("mount")
def mount(inventory: Inventory, agent: NodeFacts, trial_mounts: dict[str, TrialMount]) -> Advice:
    """Mount's own words tell the cause."""
    trial = trial_mounts[agent.name]
    built = None if reason(trial, "kernel") else trial.kernel
    return explain_mount(trial.complaint, _mount_of(inventory, agent, built, trial.version_let_in))


@advises("standing_mounts")
def standing_mounts(node: NodeFacts, standing_mounts: dict[str, tuple[MountTrouble, ...]]) -> Advice:
    """The gravest of them: stale, then silent, then lost, then by other options."""
    found = standing_mounts[node.name]
    worst = min(found, key=lambda trouble: tuple(WORDS).index(trouble.kind))
    mount, said = worst.mount, "; ".join(map(repr, found))
    place = shlex.quote(mount.place.removesuffix(DELETED))
    if worst.kind == "options":
        return Advice(
            f"{said}: it was mounted before that was written, or by somebody who asked for something else",
            f"sudo umount {place} && sudo mount {place}   # on {node.name}, when nothing uses it; a pod's mount is recreated with the pod",
            does="restarts",
        )
    is_lost, is_silent = worst.kind == "lost", worst.kind == "silent"
    row = catalogue(
        "nfs-mount-lost" if is_lost else "nfs-mount-silent" if is_silent else "nfs-stale",
        node=node.name, server=mount.host, path=place,
    )  # fmt: skip
    return row.after(said)


@advises("claim")
def claim(cluster: ClusterFacts) -> Advice:
    """Bound to another volume than one on NFS; or to none, and what it waits for."""
    return explain_claim(cluster.claims_off_nfs("nfs-images-pvc")[0], cluster)


@advises("pod_with_claim")
def pod_with_claim(inventory: Inventory, agent: NodeFacts, claim_pods: dict[str, ClaimPod]) -> Advice:
    """Mount's words as the kubelet passes them on, else the pod's own state."""
    pod = claim_pods[agent.name]
    if pod.lost:
        return lost_meanwhile(pod.lost, agent)
    if pod.mount_said:
        return explain_mount(pod.mount_said, _mount_of(inventory, agent))
    look = f"kubectl describe node {agent.declared.member_name}; kubectl get events -A --sort-by=.lastTimestamp"
    return pod_end(pod.complaint, look, image=OwnersImage("test_pod", inventory.images.test_pod))


@advises("listing")
def listing(agent: NodeFacts, claim_pods: dict[str, ClaimPod]) -> Advice:
    """A stale mount, or a folder that squashed root may not read, where the pod says so; else another folder, or one that is being filled."""
    trouble = claim_pods[agent.name].trouble
    if "Permission denied" in trouble:
        return catalogue("nfs-root-squash", server="the NFS server").after(
            f"in the pod on {agent.name}, which is of root: {trouble}"
        )
    if re.search(r"\bstale\b", trouble, re.I):
        return catalogue(
            "nfs-stale", node=agent.name, path="/var/lib/kubelet/pods/*/volumes/kubernetes.io~nfs/*", server="SERVER"
        )
    said = f" (in the pod: {trouble})" if trouble else ""
    return Advice(
        f"{agent.name} has another folder than the others, or images are still being copied{said}",
        "python -m edgeproof cluster -k listing   # again, when nothing is being copied",
        does="reads",
    )
