"""Whether the NFS server still answers while a job reads from it: a hard mount waits for it without end and without a word."""

from __future__ import annotations

from edgeproof import limits
from edgeproof.errors import ApiRefused, ConnectError, ServerLost
from edgeproof.facts.node.ports import NFS_PORT
from edgeproof.trial.manifests import Manifest, pod_spec
from edgeproof.trial.namespace import OwnNamespace
from edgeproof.trial.pods import PodState

ASK = """
import socket, sys
host, port, limit_s = sys.argv[1:]
asked = socket.socket()
asked.settimeout(float(limit_s))
print("silent" if asked.connect_ex((host, int(port))) else "answers")
"""
"""Runs in the worker's own Python, which every worker image has."""


def reads_from_claim(job: Manifest) -> bool:
    """Tell whether a job's pods mount a claim."""
    return any("persistentVolumeClaim" in volume for volume in pod_spec(job).get("volumes") or [])


class ServerWatch:
    """Asks from a pod that works, now and then; decides nothing where the server was never seen to answer from a pod."""

    def __init__(self, own: OwnNamespace, job: str) -> None:
        self.own, self.job = own, job
        self.next_s = 0.0
        self.silent_since_s: float | None = None

    def check(self, running: list[PodState], waited_s: float) -> None:
        """Ask, where it is time to; raises ServerLost once the server has not answered for long enough."""
        if not running or waited_s < self.next_s:
            return
        answers = self._answers(running[0])
        if answers is None:  # as while its container starts
            self.next_s = waited_s + limits.SERVER_ANSWERS_S
            return
        self.next_s = waited_s + limits.SERVER_ASKED_S
        if answers:
            self.own.nfs_has_answered, self.silent_since_s = True, None
            return
        if self.silent_since_s is None:
            self.silent_since_s = waited_s
        if self.own.nfs_has_answered and waited_s - self.silent_since_s >= limits.SERVER_ASKED_S:
            seconds = f"{waited_s - self.silent_since_s:.0f} s"
            raise ServerLost(
                f"job {self.job}: the NFS server {self.own.inventory.nfs_server} answered before, and for {seconds} has not answered on port {NFS_PORT}"
            )

    def _answers(self, pod: PodState) -> bool | None:
        """Tell whether the server takes a connection from the pod; None where that cannot be found out."""
        command = ["python3", "-c", ASK, self.own.inventory.nfs_address, str(NFS_PORT), f"{limits.SERVER_ANSWERS_S:g}"]
        try:
            said, _ = self.own.api.execute(self.own.name, pod.name, command)
        except (ApiRefused, ConnectError):
            return None
        return {"answers": True, "silent": False}.get(said.strip())
