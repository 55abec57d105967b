"""What tests_cluster sets up to look at: a verifying pod on every node, a pod with the claim on every agent."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from edgeproof import limits
from edgeproof.errors import ConnectError
from edgeproof.facts.node.storage import LISTING
from edgeproof.facts.observed import Facts, unobserved
from edgeproof.inventory import Inventory
from edgeproof.workload.manifests import GPU_VERIFY, TEST_POD, manifest, pod_spec
from edgeproof.workload.own import OwnNamespace
from edgeproof.workload.pods import HOPELESS_WARNINGS, PodState, explain, pod_state

PORT = 8377
SERVE = [
    "python3", "-c",
    f"import socketserver as s; s.ThreadingTCPServer.allow_reuse_address = True; "
    f"s.ThreadingTCPServer(('', {PORT}), s.BaseRequestHandler).serve_forever()",
]  # fmt: skip
GPU_QUESTION = "import tensorflow as tf; print('Num GPUs Available:', len(tf.config.list_physical_devices('GPU')))"


@dataclass(frozen=True)
class VerifyPod(Facts):
    """The pod of gpu-cluster-verify on one node: does it run, what does it see, whom does it reach."""

    node: str
    running: bool
    why: str
    gpus: int
    unreached: tuple[str, ...]
    api_answers: bool


@dataclass(frozen=True)
class ClaimPod(Facts):
    """The nfs-test-pod on one agent: does it run, and what does it see of the images."""

    node: str
    running: bool
    why: str
    files: int
    listing_sha256: str
    mount_options: frozenset[str]


class Stage:
    """The pods of one run, in its own namespace."""

    def __init__(self, inventory: Inventory, own: OwnNamespace) -> None:
        self.inventory, self.own = inventory, own

    def verify_pods(self, nodes: Iterable[str], broken: Mapping[str, str]) -> dict[str, VerifyPod]:
        """Start gpu-cluster-verify; give its pod's findings on each of `nodes`.

        `broken` says by the node's name why no GPU can be expected in a pod there: none seen is then no finding.
        """
        wanted = list(nodes)
        item = manifest(GPU_VERIFY)
        container = pod_spec(item)["containers"][0]
        container["image"], container["command"] = self.inventory.images.gpu_verify, SERVE
        self.own.create(item)
        found = self._await("app=gpu-test", wanted)
        running = {name: pod for name, pod in found.items() if pod.state == "running"}
        looked = _side_by_side(running, lambda name: self._look(running[name], running, broken.get(name, "")))
        return {name: looked[name] if name in looked else self._absent(name, found.get(name)) for name in wanted}

    def _absent(self, name: str, pod: PodState | None) -> VerifyPod:
        why = explain(self.own, pod) if pod else f"the DaemonSet made no pod on {name}"
        return VerifyPod(name, False, why, *([unobserved(f"gpu-cluster-verify does not run on {name}")] * 3))

    def _look(self, pod: PodState, running: dict[str, PodState], broken: str) -> VerifyPod:
        targets = {name: other.address for name, other in running.items() if name != pod.node}
        script = (
            "import socket\n"
            f"for name, address, port in {[(n, a, PORT) for n, a in targets.items()] + [('kubernetes API', self._service_address(), 443)]!r}:\n"
            "    try:\n        socket.create_connection((address, port), 3).close(); print('reached', name)\n"
            "    except OSError as error:\n        print('unreached', name)\n"
        )
        try:
            gpu, _ = self.own.api.execute(self.own.name, pod.name, ["python3", "-c", GPU_QUESTION])
            reached, _ = self.own.api.execute(self.own.name, pod.name, ["python3", "-c", script])
        except ConnectError as error:
            return VerifyPod(pod.node, True, "", *([unobserved(str(error))] * 3))
        silent = tuple(re.findall(r"^unreached (.+)$", reached, re.M))
        return VerifyPod(
            pod.node, True, "", _gpus(pod, gpu, broken),
            tuple(name for name in silent if name in targets)
            if "reached" in reached else unobserved(f"{pod.name} could not ask: {reached.strip()[-200:]}"),
            "reached kubernetes API" in reached,
        )  # fmt: skip

    def _service_address(self) -> str:
        return str(self.inventory.kubernetes.service_cidr[1])

    def claim_pods(self, agents: Iterable[str]) -> dict[str, ClaimPod]:
        """Start the test pod with the claim on each of `agents`; give what it sees."""
        wanted = list(agents)
        self.own.create_claim()
        for name in wanted:
            item = manifest(TEST_POD)
            item["metadata"]["name"] = f"nfs-test-pod-{name}"
            pod_spec(item)["nodeSelector"] = {"kubernetes.io/hostname": name}
            pod_spec(item)["containers"][0]["image"] = self.inventory.images.test_pod
            self.own.create(item)
        found = self._await("app=nfs-test", wanted)
        return _side_by_side({name: found.get(name) for name in wanted}, lambda name: self._list(name, found.get(name)))

    def claim(self) -> dict[str, Any]:
        """Give the claim as the cluster has it."""
        return self.own.api.call("GET", f"/api/v1/namespaces/{self.own.name}/persistentvolumeclaims/nfs-images-pvc")

    def _list(self, name: str, pod: PodState | None) -> ClaimPod:
        if pod is None or pod.state != "running":
            why = explain(self.own, pod) if pod else f"no pod came to {name}"
            return ClaimPod(name, False, why, *([unobserved(f"nfs-test-pod does not run on {name}")] * 3))
        script = f"cd /mnt && l=$({LISTING}) && printf '%s' \"$l\" | grep -c . ; printf '%s' \"$l\" | sha256sum | cut -c1-64; grep ' /mnt ' /proc/mounts"
        try:
            text, _ = self.own.api.execute(self.own.name, pod.name, ["sh", "-c", script])
        except ConnectError as error:
            return ClaimPod(name, True, "", *([unobserved(str(error))] * 3))
        lines = text.split("\n")
        if len(lines) < 3 or not lines[0].isdigit():
            return ClaimPod(name, True, "", *([unobserved(f"{pod.name} could not list: {text.strip()[-200:]}")] * 3))
        options = lines[2].split()[3].split(",") if len(lines[2].split()) > 3 else []
        return ClaimPod(name, True, "", int(lines[0]), lines[1], frozenset(options))

    def _await(self, label: str, wanted: list[str]) -> dict[str, PodState]:
        """Wait until every wanted node's pod runs, or it is decided that it will not."""
        url = f"/api/v1/namespaces/{self.own.name}/pods"

        def look() -> dict[str, PodState]:
            pods = [pod_state(item) for item in self.own.api.items(url, label)]
            return {_node_of(pod, wanted): pod for pod in pods}

        waiting = Retrying(
            stop=stop_after_delay(limits.PODS_READY_S), wait=wait_fixed(limits.POLL_S),
            retry=retry_if_result(lambda found: not self._decided(found, wanted, waiting.statistics)),
            retry_error_callback=lambda state: state.outcome.result() if state.outcome else {},
        )  # fmt: skip
        found: dict[str, PodState] = waiting(look)
        return found

    def _decided(self, found: dict[str, PodState], wanted: list[str], statistics: dict[str, Any]) -> bool:
        open_pods = [found[name] for name in wanted if name in found and found[name].state == "pending"]
        if any(name not in found for name in wanted):
            return False
        if not open_pods:
            return True
        if statistics.get("delay_since_first_attempt", 0.0) < limits.POD_WARNED_S:
            return False
        return all(
            any(reason in warning for warning in self.own.warnings(pod.name) for reason in HOPELESS_WARNINGS)
            for pod in open_pods
        )


def _gpus(pod: PodState, text: str, broken: str) -> Any:
    number = re.search(r"Num GPUs Available: (\d{1,4})$", text, re.M)
    if not number:
        return unobserved(f"the framework in {pod.name} did not answer: {text.strip()[-200:]}")
    return unobserved(broken) if broken and number[1] == "0" else int(number[1])


def _node_of(pod: PodState, wanted: list[str]) -> str:
    """A pod that is not scheduled yet still says by its name which node it is for."""
    return pod.node or next((name for name in wanted if pod.name.endswith(f"-{name}")), "")


def _side_by_side(names: Iterable[str], work: Callable[[str], Any]) -> dict[str, Any]:
    with ThreadPoolExecutor(max_workers=16) as pool:
        futures = {name: pool.submit(work, name) for name in names}
    return {name: future.result() for name, future in futures.items()}
