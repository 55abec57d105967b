"""Docker, its configuration and its running daemon; the GPU in a container; the images a node has."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from edgeproof import limits
from edgeproof.facts.node.snippets import SNIPPETS
from edgeproof.facts.observed import Facts, Unobserved
from edgeproof.facts.probe import Output, Probe, parse_lines
from edgeproof.facts.snippet import snippet
from edgeproof.inventory import Inventory, Node


def parse_object(text: str) -> dict[str, Any]:
    """Parse the last line that is a JSON object; an empty one when there is none."""
    for line in reversed(text.strip().splitlines()[-20:]):
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict):
            return found
    return {}


@dataclass(frozen=True, repr=False)
class Docker(Facts):
    """The service and the running daemon. `default_runtime` is what containers get when nobody asks."""

    active: str
    enabled: str
    version: str
    default_runtime: str
    held: bool


def parse_docker(output: Output) -> Docker | Unobserved:
    """`systemctl show` lines, `held` lines, then `docker info` as one JSON line."""
    field = dict(re.findall(r"^(LoadState|ActiveState|UnitFileState)=(\S*)$", output.stdout, re.M))
    if field.get("LoadState") == "not-found":
        return Docker("not installed", "", "", "", False)
    if "ActiveState" not in field:
        return Unobserved("systemctl told nothing of docker.service")
    info = parse_object(output.stdout)
    return Docker(
        active=field["ActiveState"],
        enabled=field.get("UnitFileState", ""),
        version=str(info.get("ServerVersion", "")),
        default_runtime=str(info.get("DefaultRuntime", "")),
        held=bool(re.search(r"^held (docker\.io|docker-ce)$", output.stdout, re.M)),
    )


DOCKER = Probe("docker", snippet(SNIPPETS, "docker"), parse_docker, root=True, timeout_s=limits.DOCKER_ASK_S)


@dataclass(frozen=True, repr=False)
class DaemonJson(Facts):
    """/etc/docker/daemon.json: what is wrong with its form ('' if nothing), and what it says of the nvidia runtime.

    `malformed` where the file is there and is not JSON.
    """

    error: str
    default_runtime: str
    nvidia_path: str
    nvidia_runs: bool
    malformed: bool = False


def parse_daemon_json(output: Output) -> DaemonJson | Unobserved:
    """`missing`, or `runs PATH` lines and then the file itself, strictly parsed as a whole."""
    head, mark, text = output.stdout.partition("--file--\n")
    if not mark:
        return Unobserved("/etc/docker/daemon.json could not be read")
    if "missing" in head.split():
        return DaemonJson("there is no /etc/docker/daemon.json", "", "", False)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        return DaemonJson(f"not valid JSON: {error}", "", "", False, malformed=True)
    if not isinstance(found, dict):
        return DaemonJson("not a JSON object", "", "", False)
    runtimes = found.get("runtimes")
    nvidia = runtimes.get("nvidia") if isinstance(runtimes, dict) else None
    path = str(nvidia.get("path", "")) if isinstance(nvidia, dict) else ""
    return DaemonJson("", str(found.get("default-runtime", "")), path, "runs" in head.split())


DAEMON_JSON = Probe("daemon_json", snippet(SNIPPETS, "daemon_json"), parse_daemon_json, root=True)


@dataclass(frozen=True, repr=False)
class DockerGroup(Facts):
    """Whether the user may talk to Docker without sudo: the groups of this login, and whether it really works."""

    groups: frozenset[str]
    works: bool


def parse_docker_group(output: Output) -> DockerGroup | Unobserved:
    """First line: `id -nG`; then `works` or nothing."""
    lines = output.stdout.splitlines()
    if not lines:
        return Unobserved("id told no groups")
    return DockerGroup(frozenset(lines[0].split()), "works" in lines[1:])


DOCKER_GROUP = Probe(
    "docker_group", snippet(SNIPPETS, "docker_group"), parse_docker_group, timeout_s=limits.DOCKER_ASK_S
)
L4T_MOUNT_LISTS = Probe("l4t_mount_lists", snippet(SNIPPETS, "l4t_mount_lists"), parse_lines)
GPU_DEVICES = Probe("gpu_devices", snippet(SNIPPETS, "gpu_devices"), parse_lines)


@dataclass(frozen=True, repr=False)
class DeviceQuery(Facts):
    """How the deviceQuery container ended: PASS, FAIL, or '' when it said neither; with CUDA's error code, if any."""

    result: str
    code: int | None
    said: str
    image_present: bool = True


def parse_device_query(output: Output) -> DeviceQuery | Unobserved:
    """The last line that is exactly `Result = PASS|FAIL`, and `cudaGetDeviceCount returned N`."""
    text = output.stdout + "\n" + output.stderr
    if output.timed_out:
        return Unobserved("the deviceQuery container did not end in time")
    if "no-such-image" in text.split():
        return DeviceQuery("", None, "the image is not on the node", image_present=False)
    results = re.findall(r"^Result = (PASS|FAIL)\s*$", text, re.M)
    code = re.search(r"cudaGetDeviceCount returned (\d{1,4})", text)
    last = next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "nothing")
    return DeviceQuery(results[-1] if results else "", int(code[1]) if code else None, last[:200])


def device_query_probe(inventory: Inventory) -> Probe[DeviceQuery]:
    """Run the deviceQuery image once, removed afterwards; never pulled."""
    text = snippet(SNIPPETS, "device_query", image=inventory.images.device_query)
    return Probe("device_query", text, parse_device_query, timeout_s=limits.DEVICE_QUERY_S, root=True)


@dataclass(frozen=True, repr=False)
class WorkerImage(Facts):
    """The worker image on this node: its id and architecture, '' when it is not there."""

    id: str
    architecture: str


def parse_worker_image(output: Output) -> WorkerImage | Unobserved:
    """One line `sha256:… ARCHITECTURE`, or Docker's word that it has no such image."""
    if match := re.search(r"^(sha256:[0-9a-f]{64}) (\S+)$", output.stdout, re.M):
        return WorkerImage(match[1], match[2])
    if "No such image" in output.stdout or "No such object" in output.stdout:
        return WorkerImage("", "")
    return Unobserved("docker did not tell of its images")


def worker_image_probe(inventory: Inventory) -> Probe[WorkerImage]:
    """Look the worker image up by its tag."""
    text = snippet(SNIPPETS, "worker_image", image=inventory.images.worker)
    return Probe("worker_image", text, parse_worker_image, root=True, timeout_s=limits.DOCKER_ASK_S)


@dataclass(frozen=True, repr=False)
class RuntimeFacts(Facts):
    """Layers 5 and 6: Docker, the GPU in a container, the worker image."""

    docker: Docker
    daemon_json: DaemonJson
    docker_group: DockerGroup
    l4t_mount_lists: tuple[str, ...]
    gpu_devices: tuple[str, ...]
    device_query: DeviceQuery
    worker_image: WorkerImage


def probes(inventory: Inventory, node: Node) -> tuple[Probe[Any], ...]:
    """Give the probes of `RuntimeFacts`, by its fields' names."""
    return (
        DOCKER, DAEMON_JSON, DOCKER_GROUP, L4T_MOUNT_LISTS, GPU_DEVICES,
        device_query_probe(inventory), worker_image_probe(inventory),
    )  # fmt: skip
