"""The workloads, each run once and kept: the first failure is told once, whoever asks later is blocked by it."""

from __future__ import annotations

import json
import shlex
import time
from collections.abc import Callable, Mapping
from typing import Any

from edgeproof import limits
from edgeproof.connect.ssh import open_node
from edgeproof.connect.sudo import SudoPassword
from edgeproof.errors import EdgeproofError, WorkloadError
from edgeproof.facts.node import NodeFacts
from edgeproof.facts.node.after_run import AfterRun
from edgeproof.facts.observed import Blocked, NotApplicable, Unobserved
from edgeproof.inventory import ANY, Inventory
from edgeproof.measure.shards import MOST_STRAGGLE, JobRun, Shard, Speedup
from edgeproof.say import Say
from edgeproof.trial.manifests import Manifest
from edgeproof.trial.namespace import OwnNamespace
from edgeproof.workload.board import look_after
from edgeproof.workload.dataset import NOTE
from edgeproof.workload.images import Images
from edgeproof.workload.jobs import nfs_job, run_job, synthetic_job

SYNTHETIC, ON_ONE, ON_ALL = "Workload I", "Workload II on one agent", "Workload II on all agents"
CHECKS = {SYNTHETIC: "synthetic", ON_ONE: "on_one", ON_ALL: "on_all"}
"""The check that tells how a workload failed."""


SIMULATED_CUDA = "CUDA driver library"
"""What the head of a run says of nodes whose GPU is a stand-in: torch computes on the CPU there."""


class Workloads:
    """Everything tests_workload measures, made when first asked for."""

    def __init__(
        self, inventory: Inventory, own: OwnNamespace, say: Say, broken: Mapping[str, str], password: SudoPassword
    ) -> None:
        self.inventory, self.cluster = inventory, own.cluster
        self.own, self.say, self.broken, self.password = own, say, broken, password
        self._kept: dict[str, Any] = {}
        self._began_s: float | None = None
        self._after: dict[str, AfterRun] = {}

    def _once(self, name: str, make: Callable[[], Any]) -> Any:
        if name not in self._kept:
            try:
                self._kept[name] = make()
            except EdgeproofError as error:
                self._kept[name] = error
                raise
        found = self._kept[name]
        if isinstance(found, EdgeproofError):
            raise Blocked(f"{name} failed: {str(found).splitlines()[0]}")
        return found

    @property
    def agents(self) -> list[str]:
        """Name the agents that get a shard: where pods ask for the GPU, machines that have none get none, since a job's pods are alike."""
        names = [agent.name for agent in self.inventory.agents]
        with_gpu = [name for name in names if name not in self.cluster.without_gpu]
        return with_gpu if with_gpu and self.cluster.gpu_way.is_asked_for else names

    def said(self, name: str) -> str:
        """Give what the cluster and the pods said of a workload that failed; '' where it did not, or they said nothing."""
        failure = self.failures().get(name)
        return failure.said if failure else ""

    def failures(self) -> dict[str, WorkloadError]:
        """Give the workloads that failed, the first one first."""
        return {name: kept for name, kept in self._kept.items() if isinstance(kept, WorkloadError)}

    def images(self) -> dict[str, str]:
        """Give the worker image's id on each agent, after it is there, and the same on all machines of a kind."""
        images = Images(self.inventory, self.say, self.password)
        found: dict[str, str] = self._once("image distribution", images.distribute)
        return found

    def synthetic(self) -> JobRun:
        """Workload I on all agents."""
        self.images()
        return self._run(SYNTHETIC, lambda: synthetic_job(self.cluster, self.agents))

    def shards_on(self, agent: str) -> int:
        """Count Workload I's shards on an agent; not applicable on one that is to get none.

        Blocked where a server did its shard, which server_free or taint tells, or where it did another agent's too.
        """
        if agent not in self.agents:
            raise NotApplicable(f"{agent} has no GPU, and pods ask for one ({self.cluster.gpu_way})")
        count, taken = self.synthetic().nodes.count(agent), self.taken(SYNTHETIC)
        check = self._telling_of(taken[agent]) if agent in taken else "spread"
        if check != "spread":
            raise Blocked(f"{taken[agent]} did the shard of {agent} (see the check {check})")
        robbed = next((other for other, taker in taken.items() if taker == agent), "")
        if robbed:
            raise Blocked(f"{agent} did the shard of {robbed}, too (see the check spread of {robbed})")
        return count

    def taken(self, name: str) -> dict[str, str]:
        """Give for each agent without a shard in a workload that was run the node that did one too many."""
        run = self._kept.get(name)
        return run.taken_from(self.agents) if isinstance(run, JobRun) else {}

    def _telling_of(self, taker: str) -> str:
        """Name the check that tells of a node which did an agent's shard: of a server that is to be kept free, another than spread."""
        node, scheduling = self.inventory.nodes.get(taker), self.inventory.scheduling
        if node is None or node.takes_work or scheduling.taint == ANY:
            return "spread"
        return "server_free" if self.cluster.keeping_free(taker) else "taint"

    def shards_on_server(self, server: str) -> int:
        """Count Workload I's shards on a server; blocked where the server draws them, not applicable where they may be there."""
        kept_free = self.cluster.keeping_free(server)
        found = self.synthetic().nodes.count(server)
        if found and not kept_free:
            raise Blocked(f"no taint keeps workloads off {server} (see the check taint)")
        return found

    def gpu_devices(self, agent: str) -> list[str]:
        """Give the GPU devices that Workload I's shard on an agent had; blocked where the node shows why there are none, or had no shard.

        Not applicable on a machine without a GPU.
        """
        if agent in self.cluster.without_gpu:
            raise NotApplicable(f"{agent} has no GPU")
        run, taken = self.synthetic(), self.taken(SYNTHETIC)
        if agent in taken:
            raise Blocked(f"{taken[agent]} did the shard of {agent} (see the check {self._telling_of(taken[agent])})")
        found = run.on(agent).record.gpu_devices
        if not found and self.broken.get(agent):
            raise Blocked(self.broken[agent])
        return found

    def device(self, agent: str) -> str:
        """Tell on what Workload I's shard on an agent computed, cuda or cpu; blocked where the GPU's devices were not in it.

        Not applicable on a machine without a GPU.
        """
        if not self.gpu_devices(agent):
            raise Blocked(f"no GPU device came into the shard on {agent} (see the check gpu_in_shard)")
        return str(self.synthetic().on(agent).record.device)

    def wanted_device(self, agent: NodeFacts) -> str:
        """Give what a shard must compute on: the GPU, or the CPU where the head of the run says that there is none behind its devices."""
        return "cpu" if any(SIMULATED_CUDA in what for what in agent.simulated) else "cuda"

    def on_one(self) -> JobRun:
        """Workload II on the first agent alone."""
        return self._nfs(ON_ONE, self.agents[:1], "inference-nfs-single")

    def on_all(self) -> JobRun:
        """Workload II on all agents."""
        return self._nfs(ON_ALL, self.agents, "inference-nfs")

    def shard_of_all(self, agent: str) -> Shard:
        """Workload II's shard on one of all agents; not applicable on one that is to get none."""
        if agent not in self.agents:
            raise NotApplicable(f"{agent} has no GPU, and pods ask for one ({self.cluster.gpu_way})")
        return self.on_all().on(agent)

    def speedup(self) -> Speedup:
        """One agent against all; not applicable with a single agent."""
        if len(self.agents) < 2:
            raise NotApplicable("there is one agent: nothing to compare it with")
        self._need_same_images()
        return Speedup(self.on_one(), self.timed())

    def timed(self) -> JobRun:
        """Workload II on all agents, for its times; blocked where those of a shard include its warm-up."""
        early = next((shard.node for shard in self.on_all().shards if shard.reads_early), "")
        if early:
            raise Blocked(f"{early} read images before its warm-up was over, so times cannot be compared (see the check warm_up)")
        return self.on_all()

    def unclassified(self, run: Callable[[], JobRun]) -> list[str]:
        """Name the images that a run of Workload II could not classify; blocked where the two runs did not try the same ones."""
        self._need_same_images()
        return run().failures

    def _need_same_images(self) -> None:
        single, cluster = self.on_one(), self.on_all()
        if len(set(single.tried)) != single.available or len(single.tried) != single.available:
            raise Blocked("Workload II did not try each image once on one agent (see the check on_one)")
        if single.tried != cluster.tried:
            raise Blocked("the two runs of Workload II did not try the same images (see the check on_all)")

    def _nfs(self, name: str, agents: list[str], job: str) -> JobRun:
        self.images()
        self._once("the claim", self.own.create_claim)
        return self._run(name, lambda: nfs_job(self.cluster, agents, job))

    def troubles(self, agent: str) -> list[str]:
        """Give what an agent's kernel has logged of power, heat and memory since the first workload began.

        Blocked where a workload has failed, or the agent held up the others meanwhile: then that check tells of it.
        """
        if agent not in self.agents:
            raise NotApplicable(f"{agent} has no GPU, and pods ask for one ({self.cluster.gpu_way})")
        run = self.on_all()
        for name in self.failures():
            raise Blocked(f"{name} failed (see the check {CHECKS[name]})")
        after = self._look_after(agent, self._began_s or time.monotonic())
        if isinstance(after, Unobserved):
            raise Blocked(after.why)
        if after.troubles and run.straggle > MOST_STRAGGLE and run.slowest.node == agent:
            raise Blocked(f"{agent} holds up the others (see the check straggler)")
        return [line.text for line in after.troubles]

    def after(self, agent: str) -> AfterRun | None:
        """Give what an agent told after the workload that failed, or that it held up; None where it was not asked, or told nothing."""
        return self._after.get(agent)

    def _look_after(self, agent: str, began_s: float) -> AfterRun | Unobserved:
        found = look_after(self.inventory, self.inventory.nodes[agent], self.password)
        if isinstance(found, Unobserved):
            return found
        self._after[agent] = found.during(time.monotonic() - began_s)
        return self._after[agent]

    def _run(self, name: str, job: Callable[[], Manifest]) -> JobRun:
        def make() -> JobRun:
            self.say(f"{name} …")
            began_s = time.monotonic()
            self._began_s = self._began_s or began_s
            try:
                run = run_job(self.own, job())
                run.check_work(name)
            except WorkloadError as error:
                if error.node in self.inventory.nodes:
                    self._look_after(error.node, began_s)
                raise
            if run.straggle > MOST_STRAGGLE:
                self._look_after(run.slowest.node, began_s)
            self.say(f"{name}: {run.images} images, {run.images_per_s:.2f} images/s, {run.wall_s:.1f} s in all")
            return run

        found: JobRun = self._once(name, make)
        return found

    def known_corrupt(self) -> list[str]:
        """Name the images that edgeproof's own dataset holds corrupt on purpose; not applicable on any other."""
        path = shlex.quote(f"{self.inventory.dataset}/{NOTE}")
        if self.inventory.nfs_node is None:
            raise NotApplicable(
                f"which images are corrupt is written on {self.inventory.nfs_address}, which is not a node in cluster.yaml"
            )
        with open_node(self.inventory, self.inventory.nfs_node) as server:
            answer = server.run(f"cat {path}", limits.SHORT_COMMAND_S)
        try:
            return sorted(map(str, json.loads(answer.stdout)["corrupt"]))
        except (ValueError, KeyError, TypeError):
            raise NotApplicable("the images are not edgeproof's own: which are corrupt is not known") from None
