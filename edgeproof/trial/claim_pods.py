"""nfs-test-pod on every agent: does a pod with the claim run there, and what does it see of the images."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from edgeproof.errors import ApiForbidden, ApiRefused, ConnectError
from edgeproof.facts.cluster import ClusterFacts
from edgeproof.facts.cluster.members import HOSTNAME
from edgeproof.facts.node.storage import Listing, listing
from edgeproof.facts.observed import Facts, blank
from edgeproof.facts.snippet import snippet
from edgeproof.inventory import Inventory
from edgeproof.side_by_side import side_by_side
from edgeproof.trial.manifests import TEST_POD, manifest, pod_spec
from edgeproof.trial.namespace import OwnNamespace
from edgeproof.trial.placement import dns_label, tolerate_agents
from edgeproof.trial.pods import NO_SANDBOX, PodState, await_pods, explain, lost
from edgeproof.trial.rights import CLAIM_PODS
from edgeproof.trial.snippets import SNIPPETS


@dataclass(frozen=True, repr=False)
class ClaimPod(Facts):
    """The pod on one agent: why it does not run, in the cluster's and its own words ('' when it does); what it sees of the images.

    `lost` says that its node has stopped being Ready meanwhile. `mount_said` is what mount said where the claim could not be mounted, '' where nothing is known of that.
    """

    node: str
    complaint: str
    mount_said: str
    listing: Listing
    trouble: str
    lost: str = ""


def spec_for(cluster: ClusterFacts) -> dict[str, Any]:
    """Give what the test pod asks for of a node that it is bound to."""
    item = manifest(TEST_POD)
    tolerate_agents(item, cluster)
    pod_spec(item).pop("nodeSelector", None)
    return pod_spec(item)


class ClaimPods:
    """The test pods of one run, in its own namespace."""

    def __init__(self, inventory: Inventory, own: OwnNamespace) -> None:
        self.inventory, self.own = inventory, own

    def start(self, agents: Iterable[str]) -> dict[str, ClaimPod]:
        """Start the test pod with the claim on each of `agents`; give what it sees."""
        self.own.api.require(CLAIM_PODS)
        wanted = list(agents)
        self.own.create_claim()
        for name in wanted:
            item = manifest(TEST_POD)
            item["metadata"]["name"] = dns_label("nfs-test-pod", name)
            pod_spec(item)["nodeSelector"] = {HOSTNAME: self.own.cluster.member(name).hostname}
            tolerate_agents(item, self.own.cluster)
            pod_spec(item)["containers"][0]["image"] = self.inventory.images.test_pod
            self.own.create(item)
        pods = await_pods(self.own, "app=nfs-test", wanted)
        gone = lost(self.own, [name for name in wanted if name not in pods or pods[name].state != "running"])
        return side_by_side(wanted, lambda name: self._look(name, pods.get(name), gone.get(name, "")))

    def _look(self, name: str, pod: PodState | None, gone: str) -> ClaimPod:
        if pod is None or pod.state != "running":
            told = explain(self.own, pod) if pod else f"no pod came to {name}"
            if name in self.own.without_pods and (gone or NO_SANDBOX in told):
                return blank(ClaimPod, f"no pod starts on {name} (see the check daemon_set)", node=name)
            warnings = self.own.warnings(pod.name) if pod else []
            said = mount_words(warnings)
            shown = f"{told}\n{said}" if said and "Output:" not in warnings[-1] else told
            why = f"nfs-test-pod does not run on {name}"
            return blank(ClaimPod, why, node=name, complaint=shown, mount_said=said, lost=gone)
        script = f"{listing()}\n{snippet(SNIPPETS, 'listing_in_pod')}"
        try:
            text, _ = self.own.api.execute(self.own.name, pod.name, ["sh", "-c", script])
        except ApiForbidden as error:
            return blank(ClaimPod, str(error), node=name, complaint="", mount_said="")
        except ApiRefused:
            why = f"no command can be run in a pod on {name} (see the check exec_in_pod)"
            return blank(ClaimPod, why, node=name, complaint="", mount_said="")
        except ConnectError as error:
            return blank(ClaimPod, str(error), node=name, complaint="", mount_said="")
        return ClaimPod(name, "", "", *parse_listing(text))


def parse_listing(text: str) -> tuple[Listing, str]:
    """Read what listing_in_pod.sh prints: number and hash, else a listing of nothing, and what the pod said in its place."""
    found = re.search(r"^(\d{1,9})\n([0-9a-f]{64})$", text, re.M)
    said = " ".join(re.findall(r"^(?:find|stat|sh|cd|ls): .*$", text, re.M))[-300:]
    if found:
        return Listing(int(found[1]), found[2]), said
    return Listing(0, ""), said or text.strip()[-300:] or "the pod printed nothing"


def mount_words(warnings: list[str]) -> str:
    """Give what mount said, of a pod's warnings the newest last; '' where none of them says it.

    The kubelet puts it after `Output:`; `timed out waiting for the condition`, which it adds later, says nothing of the cause.
    """
    said = [warning for warning in warnings if warning.startswith("FailedMount")]
    outputs = [text.split("Output:", 1)[1] for text in said if "Output:" in text]
    return " ".join(outputs[-1].split()) if outputs else ""
