"""Where a pod goes, and why nowhere, in the scheduler's own words (kubernetes/pkg/scheduler/framework/plugins)."""

from __future__ import annotations

from collections import Counter
from typing import Any

from selftest.replay.api.kinds import Object
from selftest.replay.api.selectors import expressions_hold, selects
from selftest.replay.api.store import Store

NO_AFFINITY = "node(s) didn't match Pod's node affinity/selector"
NO_POD_AFFINITY = "node(s) didn't match pod affinity rules"
NO_ANTI_AFFINITY = "node(s) didn't match pod anti-affinity rules"
UNSCHEDULABLE = "node(s) were unschedulable"
KEEPS_OFF = ("NoSchedule", "NoExecute")
ENDED = ("Succeeded", "Failed")


def is_ready(node: Object) -> bool:
    """Tell whether a Node object is Ready."""
    return _ready(node) == "True"


def _ready(node: Object) -> str:
    conditions = (node.get("status") or {}).get("conditions") or []
    return next((str(each.get("status")) for each in conditions if each.get("type") == "Ready"), "Unknown")


def taints_of(node: Object) -> list[dict[str, Any]]:
    """Give a node's taints, those too that Kubernetes' node controller would have given it."""
    found = list((node.get("spec") or {}).get("taints") or [])
    implied = {"False": "node.kubernetes.io/not-ready", "Unknown": "node.kubernetes.io/unreachable"}.get(_ready(node))
    if implied and all(taint.get("key") != implied for taint in found):
        found += [{"key": implied, "effect": effect} for effect in KEEPS_OFF]
    return found


def tolerates(spec: dict[str, Any], taint: dict[str, Any]) -> bool:
    """Tell whether a pod's tolerations bear a taint."""
    for each in spec.get("tolerations") or []:
        by_key = each.get("key") == taint["key"] or (not each.get("key") and each.get("operator") == "Exists")
        by_value = each.get("operator") == "Exists" or (each.get("value") or "") == (taint.get("value") or "")
        if by_key and by_value and each.get("effect") in (None, "", taint.get("effect")):
            return True
    return False


def affinity_holds(spec: dict[str, Any], node: Object) -> bool:
    """Tell whether nodeSelector and required node affinity take a node."""
    labels = node["metadata"].get("labels") or {}
    if any(labels.get(key) != value for key, value in (spec.get("nodeSelector") or {}).items()):
        return False
    affinity = (spec.get("affinity") or {}).get("nodeAffinity") or {}
    terms = (affinity.get("requiredDuringSchedulingIgnoredDuringExecution") or {}).get("nodeSelectorTerms")
    names = {"metadata.name": node["metadata"]["name"]}
    return terms is None or any(
        expressions_hold(term.get("matchExpressions") or [], labels)
        and expressions_hold(term.get("matchFields") or [], names)
        for term in terms
    )


class Scheduler:
    """Places pods on the store's nodes, by what the pods there are."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def place(self, pod: Object) -> tuple[str, str]:
        """Give the node's name and '', or '' and why there is none."""
        nodes = list(self.store.all("Node"))
        unbound = self._unbound(pod)
        if unbound:
            return "", f"0/{len(nodes)} nodes are available: {unbound}"
        faults = {node["metadata"]["name"]: self._fault(pod, node) for node in nodes}
        fitting = [name for name, fault in faults.items() if not fault]
        if fitting:
            load = Counter(other["spec"].get("nodeName") for other in self._standing())
            return min(fitting, key=lambda name: load[name]), ""  # of equal ones the first
        reasons = sorted(f"{count} {fault}" for fault, count in Counter(faults.values()).items())
        return (
            "",
            f"0/{len(nodes)} nodes are available: {', '.join(reasons)}."
            if nodes
            else "no nodes available to schedule pods",
        )

    def _standing(self) -> list[Object]:
        return [pod for pod in self.store.all("Pod") if (pod.get("status") or {}).get("phase") not in ENDED]

    def _unbound(self, pod: Object) -> str:
        """Say which claim keeps a pod from every node."""
        for volume in pod["spec"].get("volumes") or []:
            name = (volume.get("persistentVolumeClaim") or {}).get("claimName")
            if not name:
                continue
            claim = self.store.find("PersistentVolumeClaim", pod["metadata"]["namespace"], name)
            if claim is None:
                return f'persistentvolumeclaim "{name}" not found.'
            if (claim.get("status") or {}).get("phase") != "Bound":
                return "pod has unbound immediate PersistentVolumeClaims."
        return ""

    def _fault(self, pod: Object, node: Object) -> str:
        """Say what stands against a node, by the first filter that does: '' when none does."""
        spec = pod["spec"]
        cordon = {"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}
        if (node.get("spec") or {}).get("unschedulable") and not tolerates(spec, cordon):
            return UNSCHEDULABLE
        for taint in taints_of(node):
            if taint.get("effect") in KEEPS_OFF and not tolerates(spec, taint):
                return f"node(s) had taint {{{taint['key']}: {taint.get('value') or ''}}}, that the pod didn't tolerate"
        if not affinity_holds(spec, node):
            return NO_AFFINITY
        return self._lack(spec, node) or self._company(pod, node)

    def _lack(self, spec: dict[str, Any], node: Object) -> str:
        """Name the extended resource that a node has too little of; CPU and memory are not counted."""
        there = (node.get("status") or {}).get("allocatable") or {}
        name = node["metadata"]["name"]
        taken = Counter[str]()
        for other in self._standing():
            if other["spec"].get("nodeName") == name:
                taken.update(asked_of(other["spec"]))
        for resource, count in asked_of(spec).items():
            if taken[resource] + count > int(there.get(resource, 0)):
                return f"Insufficient {resource}"
        return ""

    def _company(self, pod: Object, node: Object) -> str:
        """Judge required affinity and anti-affinity to other pods."""
        affinity = pod["spec"].get("affinity") or {}
        for part, words in (("podAntiAffinity", NO_ANTI_AFFINITY), ("podAffinity", NO_POD_AFFINITY)):
            for term in (affinity.get(part) or {}).get("requiredDuringSchedulingIgnoredDuringExecution") or []:
                if self._has_company(pod, node, term) is (part == "podAntiAffinity"):
                    return words
        return ""

    def _has_company(self, pod: Object, node: Object, term: dict[str, Any]) -> bool:
        topology = term["topologyKey"]
        place = (node["metadata"].get("labels") or {}).get(topology)
        spaces = term.get("namespaces") or [pod["metadata"]["namespace"]]
        for other in self._standing():
            host = self.store.find("Node", "", other["spec"].get("nodeName") or "")
            beside = host is not None and (host["metadata"].get("labels") or {}).get(topology) == place is not None
            labels = other["metadata"].get("labels") or {}
            if beside and other["metadata"]["namespace"] in spaces and selects(term.get("labelSelector"), labels):
                return True
        return False


def asked_of(spec: dict[str, Any]) -> Counter[str]:
    """Count the extended resources (with a / in their name) that a pod asks for."""
    found = Counter[str]()
    for container in spec.get("containers") or []:
        resources = container.get("resources") or {}
        asked = {**(resources.get("limits") or {}), **(resources.get("requests") or {})}
        found.update({name: int(count) for name, count in asked.items() if "/" in name})
    return found
