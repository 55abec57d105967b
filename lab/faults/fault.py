"""A fault: how to put it into the lab, how to take it out, and which check must find it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from lab import limits
from lab.lab import RUNTIMES, WAYS, Lab, Node, Plan, Runtime
from lab.waiting import await_condition

Script = str | Mapping[Runtime, str]
ShownBy = Literal["its node", "the cluster", "every node", "its node and the server", "its node and its peer"]
Suite = Literal["tests_node", "tests_cluster", "tests_workload"]
"""The suites whose checks find faults, by their folders."""

MOUNTED = frozenset({"mount", "pod_with_claim", "listing"})
"""Checks that rest on the export and the NFS client."""

IN_VERIFY_POD = frozenset({"gpu_in_pod", "exec_in_pod", "pod_reaches_pods", "api_service", "cluster_dns"})
"""Checks that look into the pod of gpu-cluster-verify."""

DELETED = f"--ignore-not-found --wait=true --timeout={limits.DELETE_S:.0f}s"
"""Options of kubectl delete: one that is gone already is no error, and its going is waited for."""

IN_PODS = IN_VERIFY_POD | {"daemon_set", "pod_with_claim", "listing"}
"""Checks that rest on pods' running on a node."""

JOINED = IN_PODS | {"joined", "authority", "nodes", "placement"}
"""Checks that rest on a node's having joined the cluster."""

RESTART_AGENT = "systemctl restart k3s-agent"

IS_READY = (
    "kube kubectl --kubeconfig /var/lib/rancher/k3s/agent/kubelet.kubeconfig get node {node}"
    " -o jsonpath='{.status.conditions[?(@.type==\"Ready\")].status}'"
)
"""Prints what the cluster holds of an agent (True, False, Unknown), asked from there."""

TOOLKIT_PROGRAM = "/usr/bin/nvidia-ctk"
"""What NVIDIA's runtime has runc start as a container's hooks: toolkit 1.20 writes so into the container's config.json."""


@dataclass(frozen=True, kw_only=True)
class Fault(ABC):
    """One thing that goes wrong on real clusters.

    `role` is that of the nodes it happens on. `suite`, `check` and `catalogue_id` name what must find it; `blocks` the
    checks that rest on it, on its node or (`spreads`) on others, `blocks_here` more of them on its node,
    `blocks_on_containerd` there alone; `shown_by` names who fails
    the check. `fix_not_run` says why the fix that is then printed is not run, where the catalogue's row does not say it.
    It exists where pods get the GPU in one of `ways`. A fault that `strikes` a job of tests_workload is put in while that job's pods work.
    `make test` puts those in that are `is_daily`,
    `make test-all SHAPE=…` all.
    """

    powers_off: ClassVar[bool] = False
    """Whether its node is off while it is in: whatever is asked of that node is then blocked."""

    name: str
    sentence: str
    suite: Suite
    check: str
    catalogue_id: str = ""
    role: Literal["agent", "server"] = "agent"
    blocks: frozenset[str] = frozenset()
    blocks_here: frozenset[str] = frozenset()
    blocks_on_containerd: frozenset[str] = frozenset()
    spreads: bool = False
    shown_by: ShownBy = "its node"
    fix_not_run: str = ""
    ways: tuple[str, ...] = WAYS
    is_daily: bool = True
    strikes: str = ""

    @property
    def runtimes(self) -> tuple[Runtime, ...]:
        """What K3s may run on for the fault to exist."""
        return RUNTIMES

    def why_not(self, plan: Plan) -> str:
        """Say why the fault does not exist in a lab of this plan; '' where it does."""
        if plan.runtime not in self.runtimes:
            return f"exists on {' and '.join(self.runtimes)} alone"
        return "" if plan.gpu in self.ways else f"exists where pods get the GPU by {' or '.join(self.ways)} alone"

    @abstractmethod
    def put_in(self, lab: Lab, node: Node) -> None:
        """Break the node, and wait until it is broken."""

    @abstractmethod
    def take_out(self, lab: Lab, node: Node) -> None:
        """Mend the node, which may be whole, and wait until it is."""


@dataclass(frozen=True, kw_only=True)
class ShellFault(Fault):
    """A fault that a script makes.

    `breaks` and `mends` are shell text run as root on the node at hand or, for faults in the cluster's objects, on the
    server (`runs_on`); {node}, {server}, {server_address}, {server_machine_id}, {address}, {peer_address} (another node's),
    {gateway} and {k3s_flags} are filled in. What differs between a K3s on Docker and one on containerd
    is given for each by its name; a fault that is given for one alone exists on that one alone. `mends` may run on a node that was never broken and changes
    nothing there. `on_peer` is run on another node once the fault is in. `broken` is a shell condition on the same node that holds once the fault is in, `settled` one that
    holds once it is out again.
    """

    breaks: Script
    mends: Script
    runs_on: Literal["node", "server"] = "node"
    on_peer: str = ""
    broken: str = "true"
    settled: str = "true"

    @property
    def runtimes(self) -> tuple[Runtime, ...]:
        """Those that `breaks` is given for."""
        return RUNTIMES if isinstance(self.breaks, str) else tuple(self.breaks)

    def put_in(self, lab: Lab, node: Node) -> None:
        """Run `breaks`, and wait for `broken`."""
        runner = self._runner(lab, node)
        runner.run(_filled(self.breaks, lab, node), timeout_s=limits.BREAK_S)
        if self.on_peer:
            lab.peer_of(node).run(_filled(self.on_peer, lab, node))
        broken = _filled(self.broken, lab, node)
        await_condition(f"{self.name} on {node.name}", limits.BREAK_S, lambda: runner.holds(broken))

    def take_out(self, lab: Lab, node: Node) -> None:
        """Run `mends`, and wait for `settled`."""
        runner = self._runner(lab, node)
        runner.run(_filled(self.mends, lab, node), timeout_s=limits.MEND_S)
        settled = _filled(self.settled, lab, node)
        await_condition(f"{self.name} mended on {node.name}", limits.MEND_S, lambda: runner.holds(settled))

    def _runner(self, lab: Lab, node: Node) -> Node:
        return lab.server if self.runs_on == "server" else node


@dataclass(frozen=True, kw_only=True)
class PowerOff(Fault):
    """A board without power."""

    powers_off: ClassVar[bool] = True

    def put_in(self, lab: Lab, node: Node) -> None:
        """Pull the plug."""
        node.stop()

    def take_out(self, lab: Lab, node: Node) -> None:
        """Put it in again; the lab's own bring-up waits for the node."""
        node.start()


def kept(file: str) -> str:
    """Give shell text that keeps a file's text before it is changed, once."""
    return f"[ -e {file}.kept ] || cp -p {file} {file}.kept; "


def restored(file: str, then: str) -> str:
    """Give shell text that puts the kept text back, where there is some, and then runs `then`."""
    return f"[ ! -e {file}.kept ] || {{ mv {file}.kept {file}; {then}; }}"


def _filled(script: Script, lab: Lab, node: Node) -> str:
    text = script if isinstance(script, str) else script[lab.plan.runtime]
    flags = "--docker" if lab.plan.runtime == "docker" else ""
    values = {
        "{node}": node.name,
        "{server}": lab.server.name,
        "{server_address}": str(lab.server.address),
        "{address}": str(node.address),
        "{peer_address}": str(lab.peer_of(node).address),
        "{gateway}": str(lab.plan.gateway),
        "{k3s_flags}": flags,
    }
    for name, value in values.items():
        text = text.replace(name, value)
    if "{server_machine_id}" in text:
        text = text.replace("{server_machine_id}", lab.server.run("cat /etc/machine-id").stdout.strip())
    return text
