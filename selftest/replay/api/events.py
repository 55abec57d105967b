"""Steps that a case's objects go through, and the events about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from selftest.replay.api.kinds import Object
from selftest.replay.api.pod_status import fill
from selftest.replay.api.script import Spec
from selftest.replay.api.store import Store, now

Step = Callable[[], None]


class Steps:
    """What is still to come of each object: a step is taken when it was looked at."""

    def __init__(self) -> None:
        self._ahead: dict[str, list[Step]] = {}

    def play(self, item: Object, steps: list[Step]) -> None:
        """Take the first step at once; the others follow as the object is looked at."""
        steps[0]()
        self._ahead[item["metadata"]["uid"]] = steps[1:]

    def looked_at(self, items: list[Object]) -> None:
        """Go one step on with each object that was just shown, where there is one."""
        for item in items:
            steps = self._ahead.get(item["metadata"]["uid"])
            if steps:
                steps.pop(0)()


class Events:
    """Makes events: those that follow from what happens, and those that a case's scripts and rules have."""

    def __init__(self, store: Store, spec: Spec) -> None:
        self.store, self.spec = store, spec

    def report(self, about: Object, given: Mapping[str, Any]) -> None:
        """Make an event about an object: {type: Warning, reason, message}."""
        metadata = about["metadata"]
        message = str(given.get("message", ""))
        event = {
            "apiVersion": "v1", "kind": "Event", "type": str(given.get("type", "Warning")),
            "metadata": {"generateName": f"{metadata['name']}.", "namespace": metadata.get("namespace", "default")},
            "involvedObject": {
                "kind": about["kind"], "apiVersion": about["apiVersion"], "name": metadata["name"],
                "namespace": metadata.get("namespace", ""), "uid": metadata["uid"],
            },
            "reason": str(given.get("reason", "")), "message": fill(message, about) if about["kind"] == "Pod" else message,
            "count": 1, "firstTimestamp": now(), "lastTimestamp": now(),
        }  # fmt: skip
        self.store.add(event)

    def warn(self, item: Object) -> None:
        """Make the events that the case has about an object."""
        node = (item.get("spec") or {}).get("nodeName", "")
        for script in self.spec.scripts_for(item):
            for event in script.events:
                self.report(item, event)
        for rule in self.spec.rules["events"]:
            about = (item["kind"], item["metadata"]["name"], node)
            if all(
                fnmatchcase(seen, str(rule.get(key, "*")))
                for key, seen in zip(("kind", "name", "node"), about, strict=True)
            ):
                self.report(item, rule)
