"""Faults that keep Docker from starting."""

from __future__ import annotations

from lab.faults.board import DAEMON_JSON, DOCKER_ANSWERS, KEPT, RESTART_DOCKER
from lab.faults.fault import JOINED, Fault, ShellFault, restored

OF_DOCKER = frozenset(
    {"docker", "docker_group", "daemon_agrees", "device_query", "gpu_as_user", "worker_image", "worker_image_kind"}
)
"""Checks that rest on an answer of Docker's."""
NOT_READY = (
    "[ \"$(kube kubectl --kubeconfig /var/lib/rancher/k3s/agent/kubelet.kubeconfig get node {node}"
    " -o jsonpath='{.status.conditions[?(@.type==\"Ready\")].status}')\" != True ]"
)

DOCKER_FAULTS: tuple[Fault, ...] = (
    ShellFault(
        name="default-runtime-unregistered",
        is_daily=False,
        sentence="daemon.json makes nvidia the default runtime and registers none, so Docker does not start",
        suite="tests_node",
        check="daemon_json",
        catalogue_id="runtime-not-registered",
        breaks={"docker": KEPT + f"jq 'del(.runtimes)' {DAEMON_JSON}.kept > {DAEMON_JSON}; {RESTART_DOCKER} || true"},
        mends=restored(DAEMON_JSON, f"systemctl reset-failed docker; {RESTART_DOCKER}"),
        broken=f"! {DOCKER_ANSWERS} && {NOT_READY}",
        settled=DOCKER_ANSWERS,
        blocks=OF_DOCKER | (JOINED - {"joined", "authority"}),
    ),
)
