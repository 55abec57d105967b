"""Faults by which Docker, or no container with the GPU, starts."""

from __future__ import annotations

from lab.faults.board import DAEMON_JSON, DOCKER_ANSWERS, KEPT, RESTART_DOCKER
from lab.faults.fault import IN_VERIFY_POD, IS_READY, JOINED, TOOLKIT_PROGRAM, Fault, ShellFault, restored

OF_DOCKER = frozenset(
    {"docker", "docker_group", "daemon_agrees", "device_query", "gpu_as_user", "worker_image", "worker_image_kind"}
)
"""Checks that rest on an answer of Docker's."""

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
        broken=f'! {DOCKER_ANSWERS} && [ "$({IS_READY})" != True ]',
        settled=DOCKER_ANSWERS,
        blocks=OF_DOCKER | (JOINED - {"joined", "authority"}),
    ),
    ShellFault(
        name="hook-missing",
        is_daily=False,
        sentence="NVIDIA's runtime is there, and the program that it calls on a container's way is not: half of an update",
        suite="tests_node",
        check="device_query",
        catalogue_id="runtime-hook-failed",
        breaks={"docker": f"mv {TOOLKIT_PROGRAM} {TOOLKIT_PROGRAM}.kept"},
        mends=restored(TOOLKIT_PROGRAM, "true"),
        blocks=IN_VERIFY_POD | {"gpu_as_user", "daemon_set"},
    ),
)
