"""Puts the worker image on every agent: one for each kind of machine, built on one of that kind, sent to the others, verified.

An image under the worker's name that edgeproof did not build is somebody's own: nothing is done until that person says so.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from edgeproof.connect.ssh import open_node
from edgeproof.connect.sudo import SudoPassword
from edgeproof.errors import WorkloadError
from edgeproof.facts.node.runtime.images import BY_HAND, WorkerImage
from edgeproof.inventory import Inventory
from edgeproof.say import Say
from edgeproof.workload.archive import read_archive
from edgeproof.workload.bases import base_for, doubt, misfit
from edgeproof.workload.machines import Machine, look
from edgeproof.workload.sending import save, send
from edgeproof.workload.store import Store
from edgeproof.workload.worker_build import Recipe, build, build_elsewhere, recipe


@dataclass(frozen=True)
class Job:
    """What is done for one kind of machine: its agents, what the image is made of, and where it is built (None: no Docker there)."""

    agents: list[Machine]
    builder: Machine | None
    made_of: Recipe


class Images:
    """The worker image on a cluster's machines; `replace` takes its name from images that edgeproof did not build."""

    def __init__(self, inventory: Inventory, say: Say, password: SudoPassword, replace: bool = False) -> None:
        self.inventory, self.say, self.password, self.replace = inventory, say, password, replace
        self.name = inventory.images.worker

    def distribute(self, rebuild: bool = False) -> dict[str, str]:
        """Build what is not there and send it; give each agent's image id. Raises WorkloadError or a ConnectError.

        Whatever speaks against it is said before the first image is built.
        """
        machines = look(self.inventory, self.password)
        kinds = {machine.kind: None for machine in machines if machine.node.takes_work}
        jobs = [self._job([machine for machine in machines if machine.kind == kind]) for kind in kinds]
        self._check_owners([machine for job in jobs for machine in (*job.agents, *filter(None, [job.builder]))])
        return {name: identity for job in jobs for name, identity in self._do(job, rebuild).items()}

    def load(self, files: Sequence[Path]) -> dict[str, str]:
        """Load images that were built elsewhere, each on the agents that it is for; give those agents' image ids."""
        archives = [read_archive(file, self.name) for file in files]
        agents = [machine for machine in look(self.inventory, self.password) if machine.node.takes_work]
        self._check_owners(agents)
        found: dict[str, str] = {}
        for archive in archives:
            fitting = [agent.name for agent in agents if _is_for(archive.image, agent)]
            if not fitting:
                others = ", ".join(f"{agent.name} is {agent.kind}" for agent in agents)
                raise WorkloadError(f"{archive.path}: its image is for {archive.image.kind_on('')}, and {others}")
            found |= send(self.inventory, archive, fitting, self.password, self.say)
        for agent in agents:
            if agent.name not in found:
                self.say(f"{agent.name} gets no image of these: it is {agent.kind}")
        return found

    def _job(self, machines: list[Machine]) -> Job:
        """Settle how the image for one kind is come by; raises WorkloadError where its base does not run on that kind."""
        builder = next((machine for machine in machines if machine.in_docker is not None), None)
        first = builder or machines[0]
        base = base_for(self.inventory, first.platform)
        if why := misfit(base, first.platform):
            raise WorkloadError(
                f"{first.name}: {why}",
                f"in cluster.yaml, images: worker_base: remove that line, or name one for {first.kind} (docs/worker.md has a table)",
            )
        for machine in machines:
            if words := doubt(base, machine.platform):
                self.say(f"{machine.name}: {words}")
        agents = [machine for machine in machines if machine.node.takes_work]
        return Job(agents, builder, recipe(self.inventory, base, first.platform.l4t_major))

    def _check_owners(self, machines: Iterable[Machine]) -> None:
        """Raise WorkloadError where an image under the worker's name is somebody's own, or say that it loses its name."""
        foreign = {machine.name: image for machine in machines for image in machine.images if not image.is_edgeproofs}
        if not foreign:
            return
        held = ", ".join(f"{image.id[:19]} on {name}" for name, image in foreign.items())
        if not self.replace:
            raise WorkloadError(
                f"{self.name} (images.worker) is {held}, which edgeproof did not build (it has no label edgeproof.worker): left as it is",
                "name another in cluster.yaml, images: {worker: edgeproof-worker:v1}; or, to give that name to edgeproof's image: "
                "python -m edgeproof image --replace",
                does="changes",
            )
        self.say(f"{self.name} was {held}: it loses that name; docker tag ID OTHER-NAME gives it another")

    def _do(self, job: Job, rebuild: bool) -> dict[str, str]:
        there = None if rebuild else _one_of_all(job.agents)
        if there is not None and (self._is_current(job, there) or job.builder is None):
            for agent in job.agents:
                self.say(f"{agent.name} has it already")
            return {agent.name: agent.image.id for agent in job.agents if agent.image is not None}
        if job.builder is None:
            names, first = ", ".join(agent.name for agent in job.agents), job.agents[0]
            raise WorkloadError(
                f"{names}: there is no Docker to build {self.name} for {first.kind} with",
                build_elsewhere(self.inventory, job.made_of, first.platform.image_architecture),
                does="changes",
            )
        return self._build_and_send(job, job.builder, rebuild)

    def _build_and_send(self, job: Job, builder: Machine, rebuild: bool) -> dict[str, str]:
        with open_node(self.inventory, builder.node) as connection:
            image = builder.in_docker
            if rebuild or image is None or not self._is_current(job, image):
                self.say(f"building {self.name} on {builder.name} for {builder.kind} …")
                build(self.inventory, connection, job.made_of, self.say)
                image = Store(connection, self.inventory, "docker", self.password).find()
            self.say(f"{self.name} is {image.id[:19]} on {builder.name}")
            found = {agent.name: image.id for agent in job.agents if self._has(agent, builder, image)}
            for name in found:
                self.say(f"{name} has it already")
            lacking = [agent.name for agent in job.agents if agent.name not in found]
            if lacking:
                with tempfile.TemporaryDirectory(prefix="edgeproof-image-") as folder:
                    self.say(f"saving {self.name} …")
                    archive = save(connection, self.name, image, Path(folder) / "image.tar.gz")
                    found |= send(self.inventory, archive, lacking, self.password, self.say)
        return found

    def _is_current(self, job: Job, image: WorkerImage) -> bool:
        """Tell whether an image was built from this worker/ and base, or by hand, which is taken as it is."""
        if image.built_from in (job.made_of.digest, BY_HAND):
            return True
        if image.is_edgeproofs:
            self.say(f"{self.name} there was built from another worker/ or base than this one")
        return False

    def _has(self, agent: Machine, builder: Machine, image: WorkerImage) -> bool:
        if agent is builder and self.inventory.kubernetes.runtime == "docker":
            return True
        return agent.image is not None and agent.image.is_same_as(image)


def _one_of_all(agents: list[Machine]) -> WorkerImage | None:
    """Give the image that all of them have; None where one lacks it, or has another."""
    images = [agent.image for agent in agents if agent.image is not None]
    return images[0] if all(image.is_same_as(images[0]) for image in images) else None


def _is_for(image: WorkerImage, agent: Machine) -> bool:
    return image.kind_on(agent.platform.l4t_major) == agent.kind
