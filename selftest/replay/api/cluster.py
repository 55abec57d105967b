"""A cluster's objects, and what becomes of them: made, looked at, deleted."""

from __future__ import annotations

import copy
from collections.abc import Callable

from selftest.replay.api.controllers import Controllers
from selftest.replay.api.events import Events, Step, Steps
from selftest.replay.api.kinds import Kinds, Object
from selftest.replay.api.pods import Pods
from selftest.replay.api.refusal import Refusal
from selftest.replay.api.script import Spec
from selftest.replay.api.store import Store, now
from selftest.replay.api.volumes import Volumes


class Cluster:
    """The objects of a case's api.yaml and those made since, as its scripts have them."""

    def __init__(self, spec: Spec) -> None:
        self.spec, self.steps = spec, Steps()
        self.store = Store(Kinds(spec.objects), spec.objects)
        self.events = Events(self.store, spec)
        self.pods = Pods(self.events, self.steps)
        self.volumes = Volumes(self.store, self.events.report)
        controllers = Controllers(self.pods)
        self._play: dict[str, Callable[[Object], None]] = {
            "Namespace": self._namespace, "Pod": self.pods.made, "DaemonSet": controllers.daemon_set, "Job": controllers.job,
            "PersistentVolume": lambda item: self._volume(item, self.volumes.offer),
            "PersistentVolumeClaim": lambda item: self._volume(item, self.volumes.claim),
        }  # fmt: skip
        for kind in ("Node", "Pod"):
            for item in self.store.all(kind):
                self.events.warn(item)

    def create(self, item: Object) -> Object:
        """Make an object and play what becomes of it; gives it as it is at its making. Raises Refusal."""
        for script in self.spec.scripts_for(item):
            if script.refuse is not None:
                raise Refusal(int(script.refuse.get("status", 403)), str(script.refuse.get("message", "refused")))
        if item["kind"] == "Pod":
            self.pods.admit(item)
        self.store.add(item)
        made = copy.deepcopy(item)
        if item["kind"] in self._play:
            self._play[item["kind"]](item)
        if item["kind"] != "Pod":  # a pod is warned of once it is known where it goes
            self.events.warn(item)
        return made

    def delete(self, item: Object, propagation: str = "Background") -> None:
        """Delete an object with all that it owns or holds; one that `stays` is only marked, and its namespace with it."""
        metadata = item["metadata"]
        below = self.store.within(metadata["name"]) if item["kind"] == "Namespace" else []
        if self._stays(item) or any(self._stays(each) for each in below):
            metadata["deletionTimestamp"] = now()
            if item["kind"] == "Namespace":
                item["status"] = {"phase": "Terminating"}
            return
        if propagation != "Orphan":
            below += [each for each in self.store.owned(metadata["uid"]) if not self._stays(each)]
        for each in [*below, item]:
            self.store.discard(each)
            self.volumes.released(each)
        for namespace in self.store.all("Namespace"):
            is_ended = namespace["metadata"].get("deletionTimestamp")
            if is_ended and namespace["metadata"]["name"] == metadata.get("namespace"):
                self.delete(namespace)

    def _stays(self, item: Object) -> bool:
        stays = next((script.stays for script in self.spec.scripts_for(item) if script.stays), False)
        return bool(stays) and not (stays == "once" and "deletionTimestamp" in item["metadata"])

    def _namespace(self, item: Object) -> None:
        item["status"] = {"phase": "Active"}
        if all(script.account for script in self.spec.scripts_for(item)):
            account = {"kind": "ServiceAccount", "metadata": {"name": "default", "namespace": item["metadata"]["name"]}}
            self.store.add(account)

    def _volume(self, item: Object, healthy: Callable[[Object], None]) -> None:
        """Bring a volume or a claim into its scripted phases; Bound, where it is scripted, as if there were no script."""
        phases = next((script.phases for script in self.spec.scripts_for(item) if script.phases), ())
        if not phases:
            healthy(item)
            return

        def step(phase: str) -> Step:
            return lambda: healthy(item) if phase in ("Bound", "Available") else item.update(status={"phase": phase})

        self.steps.play(item, [step(phase) for phase in phases])
