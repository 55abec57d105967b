"""The command line's options."""

from __future__ import annotations

from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add edgeproof's options to pytest's."""
    group = parser.getgroup("edgeproof", "edgeproof: proof that an edge GPU cluster works")
    group.addoption(
        "--inventory",
        type=Path,
        metavar="FILE",
        help="the cluster's inventory (default: $EDGEPROOF_INVENTORY, else ./cluster.yaml)",
    )
    group.addoption(
        "--kubeconfig",
        type=Path,
        metavar="FILE",
        help="kubeconfig to use (default: the inventory's, $KUBECONFIG, ~/.kube/config, /etc/rancher/k3s/k3s.yaml)",
    )
    group.addoption("--context", metavar="NAME", help="the kubeconfig's context to use (default: its current one)")
    group.addoption(
        "--run-record", type=Path, metavar="FILE", help="write the run record (JSON) here, besides pytest's cache"
    )
    group.addoption(
        "--fix-plan", type=Path, metavar="FILE", help="write all fixes here as one script for a person to review"
    )
