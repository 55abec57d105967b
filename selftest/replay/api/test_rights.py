"""A right that the kubeconfig's user lacks blocks what needs it, by name; what can be looked at is looked at, and nothing is left."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from edgeproof.connect.api import KubernetesApi
from edgeproof.connect.right import Right
from edgeproof.errors import ApiForbidden, ApiRefused
from edgeproof.facts.cluster import ClusterFacts, gather_cluster, parse_cluster
from edgeproof.facts.observed import Blocked, reason
from edgeproof.trial.claim_pods import ClaimPods
from edgeproof.trial.namespace import URLS, OwnNamespace
from edgeproof.trial.rights import JOBS
from edgeproof.trial.verify_pods import VerifyPods
from edgeproof.workload.jobs import run_job, synthetic_job
from selftest.replay.api.conftest import AGENTS, Served, Start
from selftest.replay.api.trial_parts import NFS
from selftest.rights import NEWER, granted

FACTS = (
    "members", "strangers", "pods", "persistent_volumes", "claims", "runtime_classes", "service", "dns", "network_policies",
)  # fmt: skip


def told(served: Served) -> list[str]:
    """Do all that a run does, each part where the one before it was blocked, too; give what each is blocked by."""
    cluster = parse_cluster(gather_cluster(served.inventory), {}, served.inventory)
    assert cluster.api.error == ""
    found = [reason(cluster, name) or "" for name in FACTS]
    for work in (_verify, _claim, _job):
        try:
            with OwnNamespace(served.inventory, cluster, lambda _: None) as own:
                found += work(own, cluster)
        except (ApiForbidden, Blocked) as error:
            found.append(str(error))
    return [words for words in found if words]


def _verify(own: OwnNamespace, cluster: ClusterFacts) -> list[str]:
    pods = VerifyPods(own.inventory, own).start(cluster.members, {})
    return [reason(pod, "refused") or "" for pod in pods.values()]


def _claim(own: OwnNamespace, cluster: ClusterFacts) -> list[str]:
    pods = ClaimPods(own.inventory, own).start([name for name in AGENTS if cluster.member(name)])
    return [reason(pod, "listing") or "" for pod in pods.values()]


def _job(own: OwnNamespace, cluster: ClusterFacts) -> list[str]:
    own.api.require(JOBS)
    run_job(own, synthetic_job(cluster, AGENTS))
    return []


def left(served: Served) -> list[str]:
    """Name what is left, of the kinds that a run makes."""
    served.api.allow_all()
    api = KubernetesApi(served.inventory)
    kinds = ("namespaces", "persistentvolumes", "pods", "persistentvolumeclaims")
    return [item["metadata"]["name"] for kind in kinds for item in api.items(f"/api/v1/{kind}", "edgeproof.run")]


@pytest.fixture
def lacking(start: Start) -> Callable[[Right | None], Served]:
    """Start a cluster whose user lacks a right."""

    def begin(right: Right | None) -> Served:
        rules = f"[{{verbs: [{right.verb}], resources: [{right.resource}]}}]" if right else "[]"
        return start(f"{NFS}\nforbidden: {rules}")

    return begin


def test_nothing_is_missing(lacking: Callable[[Right | None], Served]) -> None:
    """With all rights nothing is blocked."""
    served = lacking(None)
    assert told(served) == ["the cluster has no DNS of its own (no Service kube-system/kube-dns)"]
    assert left(served) == []


@pytest.mark.parametrize("right", [each for each in granted() if each != NEWER], ids=str)
def test_a_missing_right_is_named(right: Right, lacking: Callable[[Right | None], Served]) -> None:
    """Whatever is blocked is so by the one right that is missing; something is; nothing stays in the cluster."""
    served = lacking(right)
    words = [each for each in told(served) if "has no DNS" not in each]
    assert words != []
    assert all(f" may not {right} (" in each for each in words), words
    assert left(served) == []


def test_all_that_is_missing_is_named_at_once(start: Start) -> None:
    """Of what a run needs before it makes anything, every right that is missing is named in one sentence."""
    served = start("forbidden: [{verbs: [deletecollection]}]")
    words = told(served)[-1]
    assert "deletecollection pods, deletecollection persistentvolumeclaims, deletecollection daemonsets.apps" in words
    assert left(served) == []


def test_a_quota_is_no_missing_right(start: Start) -> None:
    """A 403 where the user has the right is told in the API server's own words."""
    served = start("scripts: [{kind: DaemonSet, refuse: {status: 403, message: 'exceeded quota'}}]")
    with pytest.raises(ApiRefused, match="exceeded quota") as caught, served.own_namespace() as own:
        VerifyPods(own.inventory, own).start(AGENTS, {})
    assert not isinstance(caught.value, ApiForbidden)


def test_an_old_server_reviews_nothing(start: Start) -> None:
    """Where the question cannot be asked, the work is tried, and nothing is called missing."""
    served = start("refuse: [{method: POST, url: '*/selfsubjectaccessreviews', status: 404}]")
    assert told(served) == ["the cluster has no DNS of its own (no Service kube-system/kube-dns)"]
    assert KubernetesApi(served.inventory).items(URLS["Namespace"], "edgeproof.run") == []
