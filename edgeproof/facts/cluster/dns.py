"""The cluster's own DNS: the Service kube-dns, by which pods find it, and the pods behind that."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from edgeproof.facts.cluster.parse import part, text
from edgeproof.facts.cluster.pods import PodOnNode
from edgeproof.facts.observed import inapplicable, unobserved

LABEL = "k8s-app=kube-dns"
"""What Kubernetes' and K3s's DNS pods are labelled with, whatever serves there."""


def parse_dns(raw: dict[str, Any]) -> Any:
    """Read the address of kube-system/kube-dns; without that Service there is no DNS in the cluster."""
    if raw["refused"] == HTTPStatus.NOT_FOUND:
        return inapplicable("the cluster has no DNS of its own (no Service kube-system/kube-dns)")
    address = text(part(raw["found"], "spec"), "clusterIP")
    if raw["refused"] or not address:
        return unobserved(
            f"the API server did not tell the address of the cluster's DNS: {raw['said'] or 'no clusterIP'}"
        )
    return address


def dns_pods(pods: Iterable[PodOnNode]) -> tuple[PodOnNode, ...]:
    """Give the pods that serve DNS, or are to."""
    return tuple(pod for pod in pods if LABEL in pod.labels and not pod.is_at_its_end and not pod.is_leaving)
