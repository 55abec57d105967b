"""The least rights: as the account of manifests/rbac.yaml all passes, and each right that is taken away blocks what needs it, by name.

The account is made as docs/rights.md says. `make test` takes a few rights away; `make test-all` (--every-right) each, and runs the workloads.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from edgeproof.connect.right import Right
from lab import limits
from lab.access import inventory_path
from lab.lab import Lab
from lab.places import CHECKOUT
from selftest.lab.suite_run import left, run_suite
from selftest.lab.test_1_healthy import assert_whole
from selftest.rights import NEWER, granted, role, without

COMMANDS = re.search(r"```bash\n(.*?)```", (CHECKOUT / "docs" / "rights.md").read_text(), re.S)
SERVER_OF_PAGE = "192.168.10.1"

RUNS: dict[str, tuple[str, set[str]]] = {
    "list nodes": ("nodes", {"nodes"}),
    "list runtimeclasses.node.k8s.io": ("way", {"way"}),
    "list networkpolicies.networking.k8s.io": ("policy", {"policy"}),
    "get services": ("api_service or cluster_dns", {"api_service", "cluster_dns"}),
    "get pods/exec": ("exec_in_pod or daemon_set", {"exec_in_pod"}),
    "create pods": ("pod_with_claim", {"pod_with_claim"}),
    "get persistentvolumes": ("pod_with_claim", {"pod_with_claim"}),
    "create persistentvolumes": ("pod_with_claim", {"pod_with_claim"}),
    "delete persistentvolumes": ("pod_with_claim", {"pod_with_claim"}),
    "list persistentvolumeclaims": ("test_claim", {"claim"}),
    "get persistentvolumeclaims": ("pod_with_claim", {"pod_with_claim"}),
    "create persistentvolumeclaims": ("pod_with_claim", {"pod_with_claim"}),
    "patch persistentvolumeclaims": ("pod_with_claim", {"pod_with_claim"}),
    "create jobs.batch": ("test_synthetic", {"synthetic"}),
    "get pods/log": ("test_synthetic", {"synthetic"}),
}
"""What needs a right: words for -k, and the checks that are then blocked; what is not here, the DaemonSet of a run needs."""

OF_EVERY_RUN = ("daemon_set or test_api[", {"daemon_set"})
OF_WORKLOADS = {"create jobs.batch", "get pods/log"}
QUICK = {"list nodes", "create daemonsets.apps", "delete namespaces", "get pods/exec"}


@pytest.fixture(scope="module")
def account(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An inventory that names a kubeconfig of the account, made by the page's own commands; the account is removed again."""
    folder = tmp_path_factory.mktemp("rights")
    programs = {
        "kubectl": f'cd {CHECKOUT}; exec {sys.executable} -m lab kubectl --name {lab.plan.name} "$@"',
        "edgeproof": f'cd {CHECKOUT}; exec {sys.executable} -m edgeproof "$@"',
    }
    for name, line in programs.items():
        (folder / name).write_text(f"#!/bin/sh\n{line}\n")
        (folder / name).chmod(0o755)
    assert COMMANDS is not None
    script = COMMANDS[1].replace(SERVER_OF_PAGE, str(lab.server.address))
    try:
        environment = os.environ | {"PATH": f"{folder}:{os.environ['PATH']}"}
        subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script], cwd=folder, env=environment, check=True, timeout=limits.MEND_S
        )
        papers = yaml.safe_load(inventory_path(lab).read_text())
        papers["kubernetes"]["kubeconfig"] = str(folder / "edgeproof.kubeconfig")
        file = folder / "cluster.yaml"
        file.write_text(yaml.safe_dump(papers, sort_keys=False))
        yield file
    finally:
        lab.server.run(
            "k3s kubectl delete --ignore-not-found clusterrolebinding/edgeproof clusterrole/edgeproof namespace/edgeproof",
            timeout_s=limits.MEND_S,
        )


def replace_role(lab: Lab, item: object) -> None:
    """Give the account these rights in place of those that it has."""
    command = ("exec", "-i", lab.server.container, "k3s", "kubectl", "replace", "-f", "-")
    lab.docker(*command, stdin=yaml.safe_dump(item))


def test_all_passes_as_that_account(lab: Lab, account: Path, pytestconfig: pytest.Config) -> None:
    """tests_cluster passes as it does for an administrator; with --every-right tests_workload, too. The lab's own kubeconfig is not used."""
    assert "client-key-data" not in Path(yaml.safe_load(account.read_text())["kubernetes"]["kubeconfig"]).read_text()
    more = ("tests_workload",) if pytestconfig.getoption("every_right") else ()
    assert_whole(run_suite(lab, "tests_cluster", *more, inventory=account))
    assert left(lab) == []


@pytest.mark.parametrize("right", granted(), ids=str)
def test_a_right_that_is_missing_is_named(lab: Lab, account: Path, pytestconfig: pytest.Config, right: Right) -> None:
    """What needs it is blocked, and says so; nothing fails, and nothing is left in the cluster."""
    if str(right) not in QUICK and not pytestconfig.getoption("every_right"):
        pytest.skip("make test-all takes it away")
    if right == NEWER:
        pytest.skip("the lab's API server is older than 1.35 and does not ask for it")
    chosen, blocked = RUNS.get(str(right), OF_EVERY_RUN)
    suite = "tests_workload" if str(right) in OF_WORKLOADS else "tests_cluster"
    replace_role(lab, without(right))
    try:
        run = run_suite(lab, suite, "-k", chosen, inventory=account)
    finally:
        replace_role(lab, role())
    assert run.ended("failed") == set(), run.text
    assert {check for check, _ in run.ended("blocked")} == blocked, run.text
    named = [finding["why"] for finding in run.record["findings"] if finding["outcome"] == "blocked"]
    assert all(f" may not {right} (" in why for why in named), run.text
    assert run.status == 1, run.text
    assert left(lab) == []
