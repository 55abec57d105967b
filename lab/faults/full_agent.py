"""A fault: an agent on which no more pods find room."""

from __future__ import annotations

from dataclasses import dataclass

from lab import limits
from lab.faults.cluster import STRAY_POD
from lab.faults.fault import DELETED, RESTART_AGENT, Fault, kept, restored
from lab.lab import Lab, Node
from lab.waiting import await_condition

K3S = "/usr/local/bin/k3s"
"""The lab's own, which writes the kubelet's settings: K3s's `--kubelet-arg=max-pods=` ends in the same place."""


@dataclass(frozen=True, kw_only=True)
class FullAgent(Fault):
    """A kubelet that takes as many pods as there are, one of somebody's among them."""

    def put_in(self, lab: Lab, node: Node) -> None:
        """Start somebody's pod there, and then let the kubelet take no more than run there."""
        lab.server.run(STRAY_POD.replace("{node}", node.name))
        self._await(lab, "[ \"$(k3s kubectl get pod stray -o jsonpath='{.status.phase}')\" = Running ]")
        there = len(
            lab.server.run(f"k3s kubectl get pods -A -o name --field-selector spec.nodeName={node.name}").stdout.split()
        )
        node.run(
            f"{kept(K3S)}sed -i 's/^evictionHard:/maxPods: {there}\\n&/' {K3S}; {RESTART_AGENT}",
            timeout_s=limits.BREAK_S,
        )
        self._await(lab, f'[ "{_allocatable(node)}" = {there} ]')

    def take_out(self, lab: Lab, node: Node) -> None:
        """Let it take as many as before, and remove the pod."""
        node.run(restored(K3S, RESTART_AGENT), timeout_s=limits.MEND_S)
        lab.server.run(f"k3s kubectl delete pod stray --namespace default {DELETED}")
        self._await(lab, f'[ "{_allocatable(node)}" -gt 100 ]')

    def _await(self, lab: Lab, condition: str) -> None:
        await_condition(f"{self.name}: {condition}", limits.BREAK_S, lambda: lab.server.holds(condition))


def _allocatable(node: Node) -> str:
    return f"$(k3s kubectl get node {node.name} -o jsonpath='{{.status.allocatable.pods}}')"
