"""Whether a pod finds the API's own name by the cluster's DNS; and whose accusation it is where it does not."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from edgeproof.facts.cluster import ClusterFacts
from edgeproof.facts.cluster.dns import dns_pods
from edgeproof.facts.observed import observed, reason, unobserved

DNS = "cluster DNS"
"""What the DNS service's address is called among the targets that a pod reaches."""

DNS_PORT = 53
NAME = "kubernetes.default.svc"
"""The API's name in every cluster; the domain behind it (cluster.local, as a rule) comes from the pod's resolv.conf."""


def read_names(told: str) -> dict[str, str]:
    """Read `resolved NAME ADDRESS…` and `unresolved NAME: why` lines: addresses, or why there are none after a `?`."""
    found: dict[str, str] = dict(re.findall(r"^resolved (\S+) (\S.*)$", told, re.M))
    return found | {name: f"?{why}" for name, why in re.findall(r"^unresolved (\S+?): *(.*)$", told, re.M)}


def why_unresolved(cluster: ClusterFacts, pod: str, told: str, unreached: Any, api_answers: Any) -> Any:
    """Say why a pod does not find the API's name, '' where it does.

    Unobserved where another check tells the cause: DNS pods that are not ready, pods on their nodes that are not reached, service addresses
    that do not answer at all. Inapplicable where the cluster has no DNS.
    """
    if reason(cluster, "dns") is not None:
        return observed(cluster, "dns")
    answer = read_names(told).get(NAME)
    if answer is None:
        return unobserved(f"{pod} did not say whether it finds {NAME}: {told.strip()[-200:]}")
    wrong = (
        ""
        if reason(cluster, "service") or cluster.service[0] in answer.split()
        else f"it is given {answer}, the API's service has {cluster.service[0]}"
    )
    said = answer[1:] or "no reason was told" if answer.startswith("?") else wrong
    known = _told_elsewhere(cluster, unreached, api_answers) if said else ""
    return unobserved(known) if known else said


def _told_elsewhere(cluster: ClusterFacts, unreached: Any, api_answers: Any) -> str:
    pods = dns_pods(cluster.pods)
    sick = [pod for pod in pods if not pod.ready]
    if sick and len(sick) == len(pods):
        return f"{sick[0]!r} is not ready (see the check system_pods)"
    if api_answers is False:
        return "the API's service address does not answer from here (see the check api_service)"
    silent: Collection[str] = unreached if isinstance(unreached, tuple) else ()
    lost = [pod for pod in pods if pod.ready and cluster.board(pod.node) in silent]
    return (
        f"{lost[0]!r} is on {cluster.board(lost[0].node)}, whose pods are not reached (see the check pod_reaches_pods)"
        if lost
        else ""
    )
