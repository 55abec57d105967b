"""A namespace of a run's own: made for it, labelled with its id, and removed with all that is in it, always."""

from __future__ import annotations

import os
import re
import secrets
import socket
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from edgeproof import limits
from edgeproof.connect.api import KubernetesApi
from edgeproof.errors import EdgeproofError, WorkloadError
from edgeproof.facts.cluster import ClusterFacts
from edgeproof.facts.cluster.pods import OURS
from edgeproof.inventory import Inventory
from edgeproof.say import Say
from edgeproof.trial.manifests import CLAIM, VOLUME, Manifest, manifest
from edgeproof.trial.rights import CLAIM as CLAIM_RIGHTS
from edgeproof.trial.rights import OWN_NAMESPACE
from edgeproof.waiting import holds_within, look_until

OWNER = "edgeproof/owner"
"""Annotation: which process on which machine made this, so that the next run knows whether it still lives."""
STIRRED = "edgeproof/stirred"
"""Annotation of a claim that was waited for; its value says nothing."""

URLS = {
    "Namespace": "/api/v1/namespaces",
    "PersistentVolume": "/api/v1/persistentvolumes",
    "PersistentVolumeClaim": "/api/v1/namespaces/{}/persistentvolumeclaims",
    "Pod": "/api/v1/namespaces/{}/pods",
    "DaemonSet": "/apis/apps/v1/namespaces/{}/daemonsets",
    "Job": "/apis/batch/v1/namespaces/{}/jobs",
}


class OwnNamespace:
    """Use as a context manager, or start it and remove it; everything made through it is gone afterwards. `cluster` is what its pods are made for.

    `without_pods` names the boards on which it was seen already that no pod of any kind starts; `nfs_has_answered` tells whether
    a pod of this run has reached the NFS server.
    """

    def __init__(self, inventory: Inventory, cluster: ClusterFacts, say: Say) -> None:
        self.inventory, self.cluster, self.say = inventory, cluster, say
        self.run_id = secrets.token_hex(4)
        self.name = f"edgeproof-{self.run_id}"
        self.api = KubernetesApi(inventory)
        self.without_pods: set[str] = set()
        self.nfs_has_answered = False
        self._claimed = False

    def __enter__(self) -> OwnNamespace:
        self.start()
        return self

    def start(self) -> None:
        """Make the namespace, and remove what runs that were killed have left; raises ApiForbidden where something of that is not allowed."""
        self.api.require(OWN_NAMESPACE)
        for run in remove_stale(self.api):
            self.say(f"removed namespace edgeproof-{run}, which a run that was killed had left")
        try:
            self._create(URLS["Namespace"], {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.name}})
            self._await_account()
        except BaseException:
            self.remove()
            raise

    def __exit__(self, *_: object) -> None:
        self.remove()

    def remove(self) -> None:
        """Delete the namespace and the volumes of this run, and wait until they are gone."""
        remove_run(self.api, self.run_id)

    def create(self, item: Manifest) -> None:
        """Make an object in the namespace."""
        item["metadata"].pop("namespace", None)
        self._create(URLS[item["kind"]].format(self.name), item)

    def _create(self, url: str, item: Manifest) -> None:
        metadata = item.setdefault("metadata", {})
        metadata.setdefault("labels", {})[OURS] = self.run_id
        metadata.setdefault("annotations", {})[OWNER] = _owner()
        template = item.get("spec", {}).get("template")
        if template:
            template.setdefault("metadata", {}).setdefault("labels", {})[OURS] = self.run_id
        self.api.call("POST", url, item)

    def create_claim(self) -> None:
        """Make the volume over the inventory's export, under a name of this run, and the claim on it; once.

        Raises WorkloadError where they are not bound to each other in time.
        """
        if self._claimed:
            return
        self.api.require(CLAIM_RIGHTS)
        volume, claim = manifest(VOLUME), manifest(CLAIM)
        volume["metadata"]["name"] = claim["spec"]["volumeName"] = f"nfs-images-pv-{self.run_id}"
        volume["spec"]["nfs"] = {"server": self.inventory.nfs_address, "path": self.inventory.storage.export}
        volume["spec"]["mountOptions"] = list(self.inventory.storage.mount_options)
        self.create(volume)
        # A claim that the binder meets before its volume waits for the binder's next round, 15 s later.
        self._await_phase(f"{URLS['PersistentVolume']}/{volume['metadata']['name']}", "Available")
        self.create(claim)
        claimed = f"{URLS['PersistentVolumeClaim'].format(self.name)}/{claim['metadata']['name']}"
        self._await_phase(claimed, "Bound", lambda: self._stir(claimed))
        self._claimed = True

    def _stir(self, url: str) -> None:
        """Change an annotation: the binder then looks again, where it would finish a half-made bond in its next round."""
        self.api.call("PATCH", url, {"metadata": {"annotations": {STIRRED: secrets.token_hex(4)}}})

    def _await_phase(self, url: str, phase: str, stir: Callable[[], None] = lambda: None) -> None:
        def seen() -> str:
            return str((self.api.call("GET", url).get("status") or {}).get("phase"))

        def reached() -> bool:
            if seen() in (phase, "Bound"):
                return True
            stir()
            return False

        if not holds_within(limits.CLAIM_BOUND_S, reached):
            kind, name = url.rsplit("/", 2)[1:]
            said = "".join(f"\n{line}" for line in self._events(f"involvedObject.name={name}")[-1:])
            raise WorkloadError(
                f"{kind} {name} is {seen()}, not {phase}, after {limits.CLAIM_BOUND_S:.0f} s{said}",
                "kubectl get pv,pvc -A; sudo journalctl -u k3s -n 20 on the server",
            )

    def warnings(self, pod: str) -> list[str]:
        """Give what the cluster warns of about one pod, the newest last."""
        return self._events(f"involvedObject.name={pod},type=Warning")

    def _events(self, selector: str) -> list[str]:
        url = f"/api/v1/namespaces/{self.name}/events"
        found = self.api.call("GET", url, query={"fieldSelector": selector}).get("items")
        return [f"{event.get('reason')}: {event.get('message')}" for event in found or [] if isinstance(event, dict)]

    def _await_account(self) -> None:
        """Wait for the namespace's service account, without which no pod can be made."""
        url = f"/api/v1/namespaces/{self.name}/serviceaccounts"
        there = holds_within(limits.ACCOUNT_S, lambda: bool(self.api.items(url)))
        if not there:
            raise WorkloadError(
                f"namespace {self.name} got no service account", "sudo journalctl -u k3s -n 20 on the server"
            )


def remove_run(api: KubernetesApi, run: str) -> None:
    """Delete what one run made, and wait until it is gone; raises WorkloadError, naming what stays, where something does."""
    label = f"{OURS}={run}"
    for item in api.items(URLS["Namespace"], label):
        name = item["metadata"]["name"]
        # Its contents first, at once: the namespace's own clearing waits for each pod's grace period.
        for kind in ("Job", "DaemonSet", "Pod", "PersistentVolumeClaim"):
            api.delete(URLS[kind].format(name))
        api.delete(f"{URLS['Namespace']}/{name}")
    for item in api.items(URLS["PersistentVolume"], label):
        api.delete(f"{URLS['PersistentVolume']}/{item['metadata']['name']}")
    if left := look_until(limits.NAMESPACE_GONE_S, lambda: _remaining(api, label), lambda seen, _: not seen):
        raise WorkloadError(
            f"of the run {run} this does not go away within {limits.NAMESPACE_GONE_S:.0f} s: {', '.join(left)}",
            f"kubectl get all -n edgeproof-{run}; a node that is off keeps its pods: the next run removes them",
        )


def _remaining(api: KubernetesApi, label: str) -> list[str]:
    """Name what is left of a run, and delete its pods once more.

    A DaemonSet's controller that has not yet heard of its end makes a pod anew; one on a node that is off would then wait for
    its kubelet for good.
    """
    left = []
    for item in api.items(URLS["Namespace"], label):
        name = item["metadata"]["name"]
        left.append(f"namespace {name}")
        url = URLS["Pod"].format(name)
        pods = api.items(url)
        left += [f"pod {pod['metadata']['name']} on {pod['spec'].get('nodeName', 'no node')}" for pod in pods]
        if pods:
            api.delete(url)
    return left + [f"volume {item['metadata']['name']}" for item in api.items(URLS["PersistentVolume"], label)]


def remove_stale(api: KubernetesApi) -> list[str]:
    """Remove what runs left that are no more: their process is gone, or cannot be asked and is hours old."""
    removed = []
    for kind in ("Namespace", "PersistentVolume"):
        for item in api.items(URLS[kind], OURS):
            run = str(item["metadata"]["labels"][OURS])
            if run not in removed and _is_stale(item["metadata"]):
                removed.append(run)
    for run in removed:
        try:
            remove_run(api, run)
        except EdgeproofError:
            continue
    return removed


def _owner() -> str:
    return f"{socket.gethostname()} {os.getpid()} {_start_of(os.getpid())}"


def _start_of(pid: int) -> str:
    """Give a process's start time in clock ticks (proc(5), field 22), '' when there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19]
    except (OSError, IndexError):
        return ""


def _is_stale(metadata: dict[str, Any]) -> bool:
    host, pid, start = ([*str(metadata.get("annotations", {}).get(OWNER, "")).split(), "", "", ""])[:3]
    if host == socket.gethostname() and re.fullmatch(r"[0-9]{1,10}", pid):
        return _start_of(int(pid)) != start
    created = datetime.fromisoformat(str(metadata["creationTimestamp"]).replace("Z", "+00:00"))
    return (datetime.now(timezone.utc) - created).total_seconds() > limits.STALE_RUN_S
