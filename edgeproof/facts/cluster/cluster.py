"""The cluster's facts together: parsed, and blocked where what they rest on is broken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from http import HTTPStatus
from typing import Any

from edgeproof.facts.cluster.basis import blocked_member, full_disks, kept_out
from edgeproof.facts.cluster.claims import off_nfs, parse_claims
from edgeproof.facts.cluster.dns import parse_dns
from edgeproof.facts.cluster.gpu_way import RuntimeClass, Way, gpu_way, parse_runtime_class, run_by_docker
from edgeproof.facts.cluster.members import Member, boards, parse_member
from edgeproof.facts.cluster.objects import Volume, parse_volume
from edgeproof.facts.cluster.parse import number, part, parts, text
from edgeproof.facts.cluster.pods import PodOnNode, parse_pod
from edgeproof.facts.cluster.policies import parse_policies
from edgeproof.facts.cluster.room import lacking
from edgeproof.facts.cluster.system_pods import crashing, sick
from edgeproof.facts.cluster.taints import Taint, parse_taint
from edgeproof.facts.cluster.versions import minors_behind, most_minors_behind
from edgeproof.facts.node import NodeFacts
from edgeproof.facts.node.conflicts import unfit_why
from edgeproof.facts.observed import Blocked, Facts, NotApplicable, blank, reason, unobserved
from edgeproof.facts.reach import Reach
from edgeproof.inventory import ANY, NOT_REQUIRED, Inventory


@dataclass(frozen=True)
class Api(Reach):
    """Whether the API answered this kubeconfig, and when its client certificate ends (None without one)."""

    certificate_end: datetime | None = None


@dataclass(frozen=True, repr=False)
class ClusterFacts(Facts):
    """What the API server tells. `members` are the boards' Node objects by the inventory's names, `strangers` all others.

    `kept_out` says by the inventory's name why a board can have no Node object, `full_disks` which of its file systems are full,
    `service` is address and port of the API's own service, `dns` the address of the cluster's DNS, `network_policies` are NAMESPACE/NAME,
    `without_gpu` names the machines that have none, `unfit` says by the inventory's name why no container starts on a board.
    """

    declared: Inventory
    api: Api
    asked_at: datetime
    version: str
    members: dict[str, Member]
    kept_out: dict[str, str]
    full_disks: dict[str, str]
    strangers: tuple[Member, ...]
    pods: tuple[PodOnNode, ...]
    persistent_volumes: tuple[Volume, ...]
    claims: tuple[Volume, ...]
    runtime_classes: tuple[RuntimeClass, ...]
    service: tuple[str, int]
    dns: str
    network_policies: tuple[str, ...]
    without_gpu: frozenset[str]
    unfit: dict[str, str]

    def member(self, name: str) -> Member:
        """Give the Node object of a board, by the inventory's name; blocked when there is none."""
        found = self.members.get(name)
        if found is None:
            raise Blocked(self.kept_out.get(name, f"{name} is not a node of this cluster (see the check nodes)"))
        return found

    def has_joined(self, name: str) -> bool:
        """Tell whether a board has a Node object; blocked where its own K3s or its hostname shows why it can have none."""
        if name not in self.members and name in self.kept_out:
            raise Blocked(self.kept_out[name])
        return name in self.members

    def board(self, name: str) -> str:
        """Give the inventory's name of the Node of this name or hostname; the name itself where it is none of its boards."""
        of_name = {member.name: board for board, member in self.members.items()}
        of_hostname = {member.hostname: board for board, member in self.members.items()}
        return of_name.get(name) or of_hostname.get(name, name)

    def pressures(self, name: str) -> tuple[str, ...]:
        """Give what a node's kubelet is short of; blocked where the node itself shows that its disk is full, which is the same."""
        found = self.member(name).pressures
        if "DiskPressure" in found and name in self.full_disks:
            raise Blocked(f"the kubelet of {name} reports DiskPressure: {self.full_disks[name]} (see the check disk)")
        return found

    def takes_no_pod(self, name: str, is_scheduled: bool = True) -> str:
        """Say why a node can run no pod, and which check tells it; '' where it can.

        `is_scheduled` where the scheduler places the pod, which leaves cordoned nodes out; a DaemonSet's pods go there too.
        """
        member = self.member(name)
        if name in self.unfit:
            return self.unfit[name]
        if not member.ready:
            return f"{name} is not Ready (see the check nodes)"
        if member.pressures:
            check = "disk" if member.pressures == ("DiskPressure",) and name in self.full_disks else "nodes"
            return f"the kubelet of {name} reports {', '.join(member.pressures)}: it may refuse or evict pods (see the check {check})"
        if is_scheduled and member.cordoned:
            return f"{name} is cordoned (SchedulingDisabled): it takes no pods (see the check schedulable)"
        return ""

    def takes_no_work(self, name: str) -> str:
        """Say why an agent can take no workload pod, and which check tells it; '' where it can."""
        if why := self.takes_no_pod(name):
            return why
        label = self.declared.scheduling.label
        if label != ANY and label not in self.member(name).labels:
            return f"{name} lacks the label {label} (see the check worker_label)"
        return ""

    def pods_on(self, name: str) -> tuple[PodOnNode, ...]:
        """Give the pods on a board, by the inventory's name."""
        own = self.member(name).name
        return tuple(pod for pod in self.pods if pod.node == own)

    def lacks(self, name: str, spec: dict[str, Any]) -> tuple[str, ...]:
        """Say what a board lacks for one more pod of this spec (see room.py); nothing where the pod has room."""
        return lacking(spec, self.member(name), self.pods_on(name), self._known_classes)

    def minors_behind(self, name: str) -> int:
        """Give how many minor releases a node's kubelet is older than the API server; below 0 where it is newer."""
        return minors_behind(self.member(name).kubelet, self.version)

    @property
    def most_minors_behind(self) -> int:
        """How many minor releases a kubelet may be older than this API server."""
        return most_minors_behind(self.version)

    @property
    def certificate_days(self) -> float:
        """Give for how many days the kubeconfig's client certificate is still valid; not applicable without one.

        Blocked where the API does not answer: that tells of a certificate that has ended.
        """
        if self.api.error:
            raise Blocked(f"API: {self.api.error}")
        if self.api.certificate_end is None:
            raise NotApplicable("the kubeconfig contains no client certificate")
        return (self.api.certificate_end - datetime.now(timezone.utc)).total_seconds() / 86400

    def claims_off_nfs(self, name: str) -> tuple[Volume, ...]:
        """Give the user's claims of that name that are not bound to an NFS volume; edgeproof's own are left out."""
        return off_nfs(self.claims, self.persistent_volumes, name)

    @property
    def sick_system_pods(self) -> tuple[PodOnNode, ...]:
        """The system's pods that are not well (see system_pods.py); those on nodes where no container can start are left out."""
        unfit = {self.members[name].name for name in self.unfit if name in self.members}
        return sick(self.pods, (*self.members.values(), *self.strangers), unfit)

    @property
    def crashing_system_pods(self) -> tuple[PodOnNode, ...]:
        """The system's pods that are well now, and crash again and again."""
        return crashing(self.pods, (*self.members.values(), *self.strangers), self.asked_at)

    def keeping_free(self, name: str) -> tuple[str, ...]:
        """Give the taints that keep workloads off a server; not applicable where it takes workloads, or may."""
        node = self.declared.nodes[name]
        if node.takes_work:
            raise NotApplicable(f"{name} takes workloads too (role {node.role})")
        if self.declared.scheduling.taint == ANY:
            raise NotApplicable(NOT_REQUIRED)
        return tuple(map(str, self._taints_of_server(name)))

    def _taints_of_server(self, name: str) -> tuple[Taint, ...]:
        """Any taint that somebody has set and that keeps pods off will do; one that only advises must be the declared one."""
        wanted = parse_taint(self.declared.scheduling.taint)
        return tuple(t for t in self.member(name).taints if t.is_set_by_somebody and (t.keeps_off or t == wanted))

    def intruders(self, name: str) -> tuple[PodOnNode, ...]:
        """Give the workload pods on a server that do not tolerate its taints; one that does was meant to be allowed there.

        Blocked where there is a workload pod and no taint: that is what the check taint tells.
        """
        kept_free = self.keeping_free(name)
        pods = tuple(pod for pod in self.pods_on(name) if pod.is_workload)
        if pods and not kept_free:
            raise Blocked(f"no taint keeps {', '.join(map(repr, pods))} off {name} (see the check taint)")
        return tuple(pod for pod in pods if not pod.tolerates(self._taints_of_server(name)))

    def has_label(self, name: str) -> bool:
        """Tell whether a node has the label that draws workloads; not applicable where none is required."""
        if self.declared.scheduling.label == ANY:
            raise NotApplicable(NOT_REQUIRED)
        return self.declared.scheduling.label in self.member(name).labels

    @property
    def gpu_way(self) -> Way:
        """How pods get the GPU: as declared, or as found out; blocked where that hangs on RuntimeClasses that could not be listed."""
        members = [member for name, member in self.members.items() if name not in self.without_gpu]
        found = gpu_way(self.declared.kubernetes.gpu, members, self._known_classes, self.pods)
        hangs_on_classes = found.is_found and not run_by_docker(members)
        return gpu_way(None, members, self.runtime_classes, self.pods) if hangs_on_classes else found

    @property
    def _known_classes(self) -> tuple[RuntimeClass, ...]:
        return () if reason(self, "runtime_classes") else self.runtime_classes

    @property
    def giving_no_gpu(self) -> frozenset[str]:
        """The machines on which no pod asks for a GPU: those without one, and servers kept free on which no device plugin runs.

        NVIDIA's device plugin tolerates no taint of a server (its DaemonSet's manifest).
        """
        if self.gpu_way.name != "device-plugin":
            return self.without_gpu
        servers = {node.name for node in self.declared.nodes.values() if not node.takes_work}
        return self.without_gpu | {name for name in servers if name in self.members and not self.members[name].gpus}

    def gpus_advertised(self, name: str) -> int:
        """Give how many GPUs a node advertises; not applicable where pods do not ask for them so, or it gives none to them."""
        if name in self.without_gpu:
            raise NotApplicable(f"{name} has no GPU")
        if name in self.giving_no_gpu:
            raise NotApplicable(f"{name} takes no workloads, and no device plugin runs there")
        if self.gpu_way.name != "device-plugin":
            raise NotApplicable(f"pods get the GPU by {self.gpu_way}, not as a resource")
        return self.member(name).gpus

    @property
    def waiting_for_gpus(self) -> tuple[PodOnNode, ...]:
        """Give the pods that no node could ever take: they ask for more GPUs than any advertises.

        One that waits for a GPU which another pod has is none of them. Not applicable where no pod asks for one.
        """
        asking = [pod for pod in self.pods if pod.gpus and not pod.is_at_its_end]
        if not asking:
            raise NotApplicable("no pod asks for nvidia.com/gpu")
        most = max((member.gpus for member in (*self.members.values(), *self.strangers)), default=0)
        return tuple(pod for pod in asking if pod.phase == "Pending" and not pod.node and pod.gpus > most)


def parse_cluster(raw: dict[str, Any], nodes: dict[str, NodeFacts], inventory: Inventory) -> ClusterFacts:
    """Make the facts from what the API told."""
    end = raw.get("certificate_end")
    api = Api(**raw["reach"], certificate_end=datetime.fromisoformat(end) if end else None)
    if api.error:
        return blank(ClusterFacts, f"API: {api.error}", api=api, declared=inventory)
    parsed = [parse_member(item) for item in raw["nodes"]]
    found = boards(parsed, inventory)
    known = {member.name for member in found.values()}
    asked_at = datetime.fromisoformat(raw["asked_at"])
    return ClusterFacts(
        declared=inventory,
        api=api,
        asked_at=asked_at,
        version=text(raw["version"], "gitVersion"),
        members=_allowed(
            raw, "nodes", {name: blocked_member(member, nodes.get(name), found) for name, member in found.items()}
        ),
        kept_out=kept_out(nodes),
        full_disks=full_disks(nodes),
        strangers=_allowed(raw, "nodes", tuple(member for member in parsed if member.name not in known)),
        pods=_allowed(raw, "pods", tuple(parse_pod(item, asked_at) for item in raw["pods"])),
        persistent_volumes=_allowed(
            raw, "persistent_volumes", tuple(parse_volume(item) for item in raw["persistent_volumes"])
        ),
        claims=_allowed(raw, "claims", parse_claims(raw["claims"], raw["claim_events"])),
        runtime_classes=_runtime_classes(raw["runtime_classes"]),
        service=_service(raw["service"]),
        dns=parse_dns(raw["dns"]),
        network_policies=parse_policies(raw["network_policies"]),
        without_gpu=frozenset(name for name, facts in nodes.items() if _has_no_gpu(facts, found.get(name))),
        unfit={
            name: why
            for name, facts in nodes.items()
            if (why := unfit_why(facts, "pods", "containers", "k3s", "containerd"))
        },
    )


def _allowed(raw: dict[str, Any], kind: str, parsed: Any) -> Any:
    """Give what was parsed of a kind; unobserved where the kubeconfig's user may not list it."""
    why = raw["forbidden"].get(kind)
    return unobserved(why) if why else parsed


def _runtime_classes(raw: dict[str, Any]) -> Any:
    """Read the RuntimeClasses; none where the API server has no such kind."""
    if raw["refused"] and raw["refused"] != HTTPStatus.NOT_FOUND:
        return unobserved(f"the API server does not list RuntimeClasses: {raw['said']}")
    return tuple(parse_runtime_class(item) for item in parts(raw["found"], "items"))


def _service(raw: dict[str, Any]) -> Any:
    """Read the API's own service, default/kubernetes: its address, and the port named https, or its first."""
    spec = part(raw["found"], "spec")
    ports = parts(spec, "ports")
    ports.sort(key=lambda port: text(port, "name") != "https")
    if not text(spec, "clusterIP"):
        why = raw["said"] or "no clusterIP"
        return unobserved(f"the API server did not give the address of its own service, default/kubernetes: {why}")
    return text(spec, "clusterIP"), (number(ports[0].get("port")) if ports else 0) or 443


def _has_no_gpu(facts: NodeFacts, member: Member | None) -> bool:
    """Tell whether a machine has no GPU: as declared, else by what it is; one that advertises a GPU to Kubernetes has one."""
    if facts.declared.kind is not None:
        return facts.declared.kind == "other"
    if reason(facts, "platform") or (member is not None and member.gpus):
        return False
    return facts.kind == "other"
