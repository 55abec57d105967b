"""Whether a pod finds the API's name, and whose accusation it is where it does not."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from edgeproof.facts.cluster import ClusterFacts
from edgeproof.facts.cluster.pods import parse_pod
from edgeproof.facts.observed import Inapplicable, Unobserved, replaced
from edgeproof.trial.cluster_dns import NAME, why_unresolved
from edgeproof.trial.verify_pods import program
from selftest.facts.clusters import cluster_of

LOST = f"unresolved {NAME}: [Errno -3] Temporary failure in name resolution\n"


def dns_pod(node: str, ready: bool) -> dict[str, Any]:
    """Make a DNS pod's object."""
    return {
        "metadata": {"namespace": "kube-system", "name": f"coredns-{node}", "labels": {"k8s-app": "kube-dns"}},
        "spec": {"nodeName": node},
        "status": {"phase": "Running", "containerStatuses": [{"ready": ready, "state": {"running": {}}}]},
    }


@pytest.fixture
def cluster(tmp_path: Path) -> ClusterFacts:
    """A cluster with DNS on its server."""
    pods = (parse_pod(dns_pod("server", True)),)
    return replaced(cluster_of("room", tmp_path), dns="10.43.0.10", pods=pods)


def test_found(cluster: ClusterFacts) -> None:
    """The API's name has its address, among others or alone."""
    assert why_unresolved(cluster, "pod", f"reached a\nresolved {NAME} 10.43.0.1 fd00::1\n", (), True) == ""


def test_another_address(cluster: ClusterFacts) -> None:
    """A name server that answers everything with an address of its own is none of the cluster's."""
    assert "203.0.113.7" in why_unresolved(cluster, "pod", f"resolved {NAME} 203.0.113.7\n", (), True)


def test_not_found(cluster: ClusterFacts) -> None:
    """A name that is not found, while all else goes well, is DNS's own matter; so is one that no pod serves."""
    assert "Temporary failure" in why_unresolved(cluster, "pod", LOST, ("asked",), True)
    assert "Temporary failure" in why_unresolved(replaced(cluster, pods=()), "pod", LOST, ("server",), True)


@pytest.mark.parametrize(
    ("ready", "unreached", "api_answers", "check"),
    [
        (False, (), True, "system_pods"),
        (True, (), False, "api_service"),
        (True, ("asked", "server"), True, "pod_reaches_pods"),
    ],
)
def test_told_elsewhere(
    cluster: ClusterFacts, ready: bool, unreached: tuple[str, ...], api_answers: bool, check: str
) -> None:
    """Where another check tells the cause, this one is blocked by it; a name that is found all the same is found."""
    pods = replaced(cluster, pods=(parse_pod(dns_pod("server", ready)),))
    found = why_unresolved(pods, "pod", LOST, unreached, api_answers)
    assert isinstance(found, Unobserved)
    assert f"(see the check {check})" in found.why
    assert why_unresolved(pods, "pod", f"resolved {NAME} 10.43.0.1\n", unreached, api_answers) == ""


def test_silent_pod(cluster: ClusterFacts) -> None:
    """A pod that says nothing of the name, or another thing, has told nothing; without DNS there is nothing to tell."""
    assert isinstance(why_unresolved(cluster, "pod", "Traceback\n", (), True), Unobserved)
    assert isinstance(why_unresolved(cluster, "pod", f"resolved {NAME}", (), True), Unobserved)
    without = replaced(cluster, dns=Inapplicable("none"))
    assert isinstance(why_unresolved(without, "pod", LOST, (), True), Inapplicable)


def test_program_tells_what_is_parsed() -> None:
    """The program that runs in the pod prints what is read, for a name that is known and for one that cannot be."""
    asked = json.dumps({"timeout_s": 1, "targets": [], "names": ["localhost", "no-such-name.invalid"]})
    done = subprocess.run(
        [sys.executable, "-c", program("reach_in_pod"), asked], capture_output=True, text=True, check=True
    )
    known, unknown = done.stdout.splitlines()
    assert known.startswith("resolved localhost ")
    assert unknown.startswith("unresolved no-such-name.invalid: ")
