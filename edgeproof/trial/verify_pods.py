"""gpu-cluster-verify on every node: does its pod run, does it see a GPU, does it reach the others and the API."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from edgeproof import limits
from edgeproof.errors import ConnectError
from edgeproof.facts.observed import Facts, blank, unobserved
from edgeproof.inventory import Inventory
from edgeproof.side_by_side import side_by_side
from edgeproof.trial.manifests import GPU_VERIFY, manifest, pod_spec
from edgeproof.trial.namespace import OwnNamespace
from edgeproof.trial.pods import PodState, await_pods, explain
from edgeproof.trial.snippets import SNIPPETS

PORT = 8377
API = "kubernetes API"
"""What the API's service is called among the names that a pod reaches."""

GPU_QUESTION = "import tensorflow as tf; print('Num GPUs Available:', len(tf.config.list_physical_devices('GPU')))"


@dataclass(frozen=True, repr=False)
class VerifyPod(Facts):
    """The pod on one node: why it does not run, in the cluster's and its own words ('' when it does), the GPUs it sees, whom it does not reach."""

    node: str
    complaint: str
    gpus: int
    unreached: tuple[str, ...]
    api_answers: bool


class VerifyPods:
    """The pods of gpu-cluster-verify of one run, in its own namespace."""

    def __init__(self, inventory: Inventory, own: OwnNamespace) -> None:
        self.inventory, self.own = inventory, own

    def start(self, nodes: Iterable[str], broken: Mapping[str, str]) -> dict[str, VerifyPod]:
        """Start the DaemonSet; give its pod's findings on each of `nodes`.

        `broken` says by the node's name why no GPU can be expected in a pod there: none seen is then no finding.
        """
        wanted = list(nodes)
        item = manifest(GPU_VERIFY)
        container = pod_spec(item)["containers"][0]
        container["image"] = self.inventory.images.gpu_verify
        container["command"] = ["python3", "-c", _program("answer_in_pod"), str(PORT)]
        self.own.create(item)
        pods = await_pods(self.own, "app=gpu-test", wanted)
        running = {name: pod for name, pod in pods.items() if pod.state == "running"}
        looked = side_by_side(running, lambda name: self._look(running[name], running, broken.get(name, "")))
        return {name: looked[name] if name in looked else self._absent(name, pods.get(name)) for name in wanted}

    def _absent(self, name: str, pod: PodState | None) -> VerifyPod:
        why = explain(self.own, pod) if pod else f"the DaemonSet made no pod on {name}"
        return blank(VerifyPod, f"gpu-cluster-verify does not run on {name}", node=name, complaint=why)

    def _look(self, pod: PodState, running: dict[str, PodState], broken: str) -> VerifyPod:
        others = [(name, other.address, PORT) for name, other in running.items() if name != pod.node]
        asked = {"timeout_s": limits.POD_REACH_S, "targets": [*others, (API, self._service_address(), 443)]}
        reach = ["python3", "-c", _program("reach_in_pod"), json.dumps(asked)]
        try:
            gpu, _ = self.own.api.execute(self.own.name, pod.name, ["python3", "-c", GPU_QUESTION])
            reached, _ = self.own.api.execute(self.own.name, pod.name, reach)
        except ConnectError as error:
            return blank(VerifyPod, str(error), node=pod.node, complaint="")
        silent = set(re.findall(r"^unreached (.+)$", reached, re.M))
        return VerifyPod(
            pod.node, "", _gpus(pod, gpu, broken),
            tuple(name for name, _, _ in others if name in silent)
            if "reached" in reached else unobserved(f"{pod.name} could not ask: {reached.strip()[-200:]}"),
            f"reached {API}" in reached.splitlines(),
        )  # fmt: skip

    def _service_address(self) -> str:
        return str(self.inventory.kubernetes.service_cidr[1])


def _program(name: str) -> str:
    return resources.files(SNIPPETS).joinpath(f"{name}.py").read_text(encoding="utf-8")


def _gpus(pod: PodState, text: str, broken: str) -> Any:
    number = re.search(r"Num GPUs Available: (\d{1,4})$", text, re.M)
    if not number:
        return unobserved(f"the framework in {pod.name} did not answer: {text.strip()[-200:]}")
    return unobserved(broken) if broken and number[1] == "0" else int(number[1])
