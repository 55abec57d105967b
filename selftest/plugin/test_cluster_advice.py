"""Advice on a cluster does no harm, and says what is known."""

from __future__ import annotations

from pathlib import Path

from edgeproof.diagnose import Advice, advise
from selftest.facts.clusters import cluster_of


def advice_on(check: str, sample: str, folder: Path, **context: object) -> Advice:
    """Advise on a check of tests_cluster, as if it had failed on a sample's cluster."""
    cluster = cluster_of(sample, folder)
    found = advise("tests_cluster", check, {"cluster": cluster, "inventory": cluster.declared, **context})
    assert found is not None
    return found


def test_no_board_is_deleted(tmp_path: Path) -> None:
    """A Node with a board's address, or one that is Ready, is never to be deleted; it is to be declared."""
    found = advice_on("strangers", "other-names", tmp_path)
    assert "delete" not in found.fix
    assert "nodes: laptop: {address: 192.168.10.50" in found.fix
    assert "it has the address of user-worker" in found.fix
    assert found.does == "reads"


def test_pods_are_moved_not_deleted(tmp_path: Path) -> None:
    """A pod that a Deployment makes anew is restarted; one that nobody would is to be made again first."""

    class Server:
        name = "user-desktop"

    found = advice_on("master_idle", "critical-addons", tmp_path, server=Server())
    assert "kubectl -n default rollout restart deployment/camera" in found.fix
    assert "default/by-hand has no controller" in found.fix
    assert "delete pod" not in found.fix
    assert (found.id, found.does) == ("master-hot", "restarts")


def test_the_waiting_pod_is_named(tmp_path: Path) -> None:
    """The pod that asks for a GPU which nobody has is named."""
    found = advice_on("gpu_request", "orin-runtime-class", tmp_path)
    assert "default/wants-gpu" in found.cause
    assert found.id == "gpu-not-advertised"
