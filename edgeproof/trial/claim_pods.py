"""nfs-test-pod on every agent: does a pod with the claim run there, and what does it see of the images."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from edgeproof.errors import ConnectError
from edgeproof.facts.cluster.members import HOSTNAME
from edgeproof.facts.node.storage import listing
from edgeproof.facts.observed import Facts, blank
from edgeproof.facts.snippet import snippet
from edgeproof.inventory import Inventory
from edgeproof.side_by_side import side_by_side
from edgeproof.trial.manifests import TEST_POD, manifest, pod_spec
from edgeproof.trial.namespace import OwnNamespace
from edgeproof.trial.placement import dns_label, tolerate_agents
from edgeproof.trial.pods import PodState, await_pods, explain
from edgeproof.trial.snippets import SNIPPETS


@dataclass(frozen=True, repr=False)
class ClaimPod(Facts):
    """The pod on one agent: why it does not run, in the cluster's and its own words ('' when it does); what it sees of the images."""

    node: str
    complaint: str
    files: int
    listing_sha256: str
    mount_options: frozenset[str]


class ClaimPods:
    """The test pods of one run, in its own namespace."""

    def __init__(self, inventory: Inventory, own: OwnNamespace) -> None:
        self.inventory, self.own = inventory, own

    def start(self, agents: Iterable[str]) -> dict[str, ClaimPod]:
        """Start the test pod with the claim on each of `agents`; give what it sees."""
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
        return side_by_side(wanted, lambda name: self._look(name, pods.get(name)))

    def _look(self, name: str, pod: PodState | None) -> ClaimPod:
        if pod is None or pod.state != "running":
            why = explain(self.own, pod) if pod else f"no pod came to {name}"
            return blank(ClaimPod, f"nfs-test-pod does not run on {name}", node=name, complaint=why)
        script = f"{listing()}\n{snippet(SNIPPETS, 'listing_in_pod')}"
        try:
            text, _ = self.own.api.execute(self.own.name, pod.name, ["sh", "-c", script])
        except ConnectError as error:
            return blank(ClaimPod, str(error), node=name, complaint="")
        lines = text.split("\n")
        if len(lines) < 3 or not lines[0].isdigit():
            return blank(ClaimPod, f"{pod.name} could not list: {text.strip()[-200:]}", node=name, complaint="")
        options = lines[2].split()[3].split(",") if len(lines[2].split()) > 3 else []
        return ClaimPod(name, "", int(lines[0]), lines[1], frozenset(options))
