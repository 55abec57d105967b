"""gpu-cluster-verify on every node: does its pod run, does it see a GPU, does it reach the others and the API."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from edgeproof import limits
from edgeproof.errors import ApiForbidden, ApiRefused, ConnectError
from edgeproof.facts.cluster import ClusterFacts
from edgeproof.facts.observed import Facts, NotApplicable, blank, reason, unobserved
from edgeproof.inventory import Inventory
from edgeproof.quoted import shortened
from edgeproof.side_by_side import side_by_side
from edgeproof.trial.cluster_dns import DNS, DNS_PORT, NAME, why_unresolved
from edgeproof.trial.gpu import ask_for_gpu
from edgeproof.trial.manifests import GPU_VERIFY, Manifest, manifest, pod_spec
from edgeproof.trial.namespace import URLS, OwnNamespace
from edgeproof.trial.placement import bind
from edgeproof.trial.pods import NO_SANDBOX, PodState, await_pods, explain, lost
from edgeproof.trial.rights import VERIFY_PODS
from edgeproof.trial.snippets import SNIPPETS
from edgeproof.waiting import holds_within

PORT = 8377
API = "kubernetes API"
"""What the API's service is called among the names that a pod reaches."""

LABEL = "app=gpu-test"
EVERYWHERE = [{"operator": "Exists"}]
"""Tolerations of every taint."""

GPU_QUESTION = "import tensorflow as tf; print('Num GPUs Available:', len(tf.config.list_physical_devices('GPU')))"


@dataclass(frozen=True, repr=False)
class VerifyPod(Facts):
    """The pod on one node: why it does not run, in the cluster's and its own words ('' when it does), the GPUs it sees, whom it does not reach.

    `refused` is why no command can be run in it ('' where one can). `reasons` say by its name why it does not reach a target; `lost` says that its node has stopped being Ready meanwhile ('' where it has not). `gpu_said` is what the framework printed in place of a number, `dns_said` why the API's name is not found ('' where it is).
    """

    node: str
    has_gpu: bool
    complaint: str
    refused: str
    gpus: int
    gpu_said: str
    unreached: tuple[str, ...]
    reasons: Mapping[str, str]
    api_answers: bool
    dns_said: str
    lost: str = ""

    @property
    def gpus_seen(self) -> int:
        """How many GPUs the framework sees; not applicable on a machine that has none."""
        if not self.has_gpu:
            raise NotApplicable(f"{self.node} has no GPU")
        return self.gpus


def spec_for(cluster: ClusterFacts) -> dict[str, Any]:
    """Give what its pods ask for of a node that gives pods a GPU."""
    item = manifest(GPU_VERIFY)
    ask_for_gpu(item, cluster.gpu_way)
    pod_spec(item)["tolerations"] = EVERYWHERE
    return pod_spec(item)


class VerifyPods:
    """The pods of gpu-cluster-verify of one run, in its own namespace."""

    def __init__(self, inventory: Inventory, own: OwnNamespace) -> None:
        self.inventory, self.own = inventory, own

    def start(self, nodes: Iterable[str], broken: Mapping[str, str]) -> dict[str, VerifyPod]:
        """Start the DaemonSet; give its pod's findings on each of `nodes`.

        `broken` says by the node's name why no GPU can be expected in a pod there: none seen is then no finding.
        """
        self.own.api.require(VERIFY_PODS)
        wanted = list(nodes)
        items = self._daemon_sets(wanted)
        for item in items:
            self.own.create(item)
        pods = await_pods(self.own, LABEL, wanted, tuple(item["metadata"]["name"] for item in items))
        running = {name: pod for name, pod in pods.items() if pod.state == "running"}
        looked = side_by_side(
            [name for name in wanted if name in running], lambda name: self._look(name, running, broken.get(name, ""))
        )
        if self.own.cluster.gpu_way.name == "device-plugin":
            self._hand_back()
        gone = lost(self.own, [name for name in wanted if name not in running])
        return {
            name: looked[name] if name in looked else self._absent(name, pods.get(name), gone.get(name, ""))
            for name in wanted
        }

    def _daemon_sets(self, wanted: list[str]) -> list[Manifest]:
        """Make one DaemonSet; two where the GPU is asked for and some machines give none."""
        cluster = self.own.cluster
        with_gpu = [name for name in wanted if name not in cluster.giving_no_gpu]
        without = [name for name in wanted if name in cluster.giving_no_gpu]
        asking = self._daemon_set()
        ask_for_gpu(asking, cluster.gpu_way)
        if not without or asking == self._daemon_set():
            return [asking]
        plain = self._daemon_set("-plain")
        bind(asking, cluster, with_gpu)
        bind(plain, cluster, without)
        return [asking, plain] if with_gpu else [plain]

    def _daemon_set(self, suffix: str = "") -> Manifest:
        item = manifest(GPU_VERIFY)
        item["metadata"]["name"] += suffix
        for labels in (item["spec"]["selector"]["matchLabels"], item["spec"]["template"]["metadata"]["labels"]):
            labels["set"] = item["metadata"]["name"]
        spec = pod_spec(item)
        spec["tolerations"] = EVERYWHERE
        spec["containers"][0]["image"] = self.inventory.images.gpu_verify
        spec["containers"][0]["command"] = ["python3", "-c", program("answer_in_pod"), str(PORT)]
        return item

    def _hand_back(self) -> None:
        """Remove the pods that hold a GPU each, so that jobs get it."""
        self.own.api.delete(URLS["DaemonSet"].format(self.own.name))
        url = URLS["Pod"].format(self.own.name)
        holds_within(limits.NAMESPACE_GONE_S, lambda: not self.own.api.items(url, LABEL))

    def _absent(self, name: str, pod: PodState | None, gone: str) -> VerifyPod:
        if pod is not None:
            said = explain(self.own, pod)
        else:
            warned = self.own.warnings(manifest(GPU_VERIFY)["metadata"]["name"])[-1:]
            said = "\n".join([f"the DaemonSet made no pod on {name}", *warned])
        if gone or NO_SANDBOX in said:
            self.own.without_pods.add(name)
        why = f"gpu-cluster-verify does not run on {name} (see the check daemon_set)"
        return blank(VerifyPod, why, node=name, has_gpu=self._has_gpu(name), complaint=said, lost=gone)

    def _has_gpu(self, name: str) -> bool:
        return name not in self.own.cluster.giving_no_gpu

    def _look(self, name: str, running: dict[str, PodState], broken: str) -> VerifyPod:
        pod, has_gpu, cluster = running[name], self._has_gpu(name), self.own.cluster
        targets = [[other, state.address, PORT] for other, state in running.items() if other != name]
        if reason(cluster, "service") is None:
            targets.append([API, *cluster.service])
        has_dns = reason(cluster, "dns") is None
        if has_dns:
            targets.append([DNS, cluster.dns, DNS_PORT])
        asked = {"timeout_s": limits.POD_REACH_S, "targets": targets, "names": [NAME] if has_dns else []}
        try:
            gpu, status = self._ask(pod, GPU_QUESTION) if has_gpu else ("", 0)
            told, _ = self._ask(pod, program("reach_in_pod"), asked)
        except ApiForbidden as error:
            return blank(VerifyPod, str(error), node=name, has_gpu=has_gpu, complaint="")
        except ApiRefused as error:
            why = f"no command can be run in the pod on {name} (see the check exec_in_pod)"
            return blank(VerifyPod, why, node=name, has_gpu=has_gpu, complaint="", refused=str(error))
        except ConnectError as error:
            return blank(VerifyPod, str(error), node=name, has_gpu=has_gpu, complaint="")
        reached = parse_reached(told, [str(target[0]) for target in targets])
        others = [str(target[0]) for target in targets if target[0] not in (API, DNS)]
        unreached = read_unreached(pod.name, told, reached, others)
        api_answers = self._api_answers(pod.name, reached)
        return VerifyPod(
            node=name,
            has_gpu=has_gpu,
            complaint="",
            refused="",
            gpus=read_gpus(pod.name, gpu, status, broken),
            gpu_said=shortened(gpu.strip()) if status > 0 else "",
            unreached=unreached,
            reasons={target: said for target, said in reached.items() if said is not None},
            api_answers=api_answers,
            dns_said=why_unresolved(cluster, pod.name, told, unreached, api_answers),
        )

    def _ask(self, pod: PodState, text: str, asked: object = None) -> tuple[str, int]:
        command = ["python3", "-c", text, *([json.dumps(asked)] if asked is not None else [])]
        return self.own.api.execute(self.own.name, pod.name, command)

    def _api_answers(self, pod: str, reached: Mapping[str, str | None]) -> Any:
        why = reason(self.own.cluster, "service")
        if why is not None:
            return unobserved(why)
        return (
            reached[API] is None if API in reached else unobserved(f"{pod} did not report whether it reaches the {API}")
        )


def program(name: str) -> str:
    """Read a program that runs in a pod."""
    return resources.files(SNIPPETS).joinpath(f"{name}.py").read_text(encoding="utf-8")


def parse_reached(told: str, targets: list[str]) -> dict[str, str | None]:
    """Read `reached NAME` and `unreached NAME: why` lines: None for a target that was reached, else why not.

    A target that no line names is not among them: the output was cut, or the pod could not ask.
    """
    found: dict[str, str | None] = {}
    for line in told.splitlines():
        verb, _, rest = line.strip().partition(" ")
        for target in targets:
            if verb == "reached" and rest == target:
                found[target] = None
            elif verb == "unreached" and (rest == target or rest.startswith(f"{target}: ")):
                found[target] = rest[len(target) + 2 :] or "no reason was told"
    return found


def read_unreached(pod: str, told: str, reached: Mapping[str, str | None], others: list[str]) -> Any:
    """Name the pods that are known not to be reached; unobserved where none is, and not all were spoken of."""
    silent = tuple(other for other in others if reached.get(other) is not None)
    untold = [other for other in others if other not in reached]
    if untold and not silent:
        return unobserved(f"{pod} did not report whether it reaches {', '.join(untold)}: {told.strip()[-200:]}")
    return silent


def read_gpus(pod: str, said: str, status: int, broken: str) -> Any:
    """Read the number of GPUs; none where the framework itself fails, unobserved where it did not answer."""
    number = re.search(r"Num GPUs Available: (\d{1,4})$", said, re.M)
    if not number and status <= 0:
        return unobserved(f"the framework in {pod} did not answer: {said.strip()[-200:]}")
    count = int(number[1]) if number else 0
    return unobserved(broken) if broken and not count else count
