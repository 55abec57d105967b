"""The language of a case's api.yaml, read: scripts, exec, logs, events, and what healthy programs answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from selftest.replay.api.kinds import Object

STATES = ("running", "waiting", "crash", "pending", "unscheduled", "succeeded", "failed", "terminated", "none", "gone")
STATE_KEYS = frozenset(
    {"state", "address", "ready", "restarts", "reason", "message", "exitCode", "logs", "record", "events", "status"}
)
SPEC_KEYS = frozenset(
    {"address", "port", "certificate", "version", "objects", "scripts", "exec", "logs", "events", "refuse", "forbidden", "tokens",
     "nfs", "dataset", "worker", "gpus"}
)  # fmt: skip
SCRIPT_KEYS = frozenset({"kind", "name", "image", "pods", "indexes", "phase", "events", "refuse", "account", "stays"})
OF_A_POD = frozenset({"pod", "job", "node", "index", "namespace", "runtime_class"})
RULE_KEYS = {
    "exec": OF_A_POD | {"command", "stdout", "stderr", "status", "unreached", "refuse"},
    "logs": OF_A_POD | {"text", "record", "refuse"},
    "events": frozenset({"kind", "name", "node", "type", "reason", "message"}),
    "refuse": frozenset({"method", "url", "status", "message", "body"}),
    "forbidden": frozenset({"verbs", "resources"}),
}

State = dict[str, Any]


class ScriptInvalid(Exception):
    """The case's api.yaml says something that the language does not have."""


@dataclass(frozen=True)
class Script:
    """What becomes of the created objects of one kind whose name and image match."""

    kind: str
    name: str = "*"
    image: str = "*"
    pods: Mapping[str, list[State]] = field(default_factory=dict)
    indexes: Mapping[int, list[State]] = field(default_factory=dict)
    phases: tuple[str, ...] = ()
    events: tuple[Object, ...] = ()
    refuse: Mapping[str, Any] | None = None
    account: bool = True
    stays: bool | str = False
    """Whether a deleted object is only marked: true, or "once" (a second delete removes it)."""

    def is_for(self, item: Object) -> bool:
        """Tell whether the script is about an object."""
        name = item["metadata"].get("name") or item["metadata"].get("generateName", "")
        if item["kind"] != self.kind or not fnmatchcase(name, self.name):
            return False
        return self.image == "*" or any(fnmatchcase(image, self.image) for image in images_of(item))

    def states(self, node: str, index: int | None) -> list[State]:
        """Give what becomes of its pod on a node, or at a job's index; [] where the script does not say."""
        if index is not None and index in self.indexes:
            return self.indexes[index]
        found: list[State] = by_node(self.pods, node, [])
        return found


def closeness(pattern: str) -> tuple[bool, int]:
    """Sort patterns: a plain name first, then the longer ones."""
    return any(sign in pattern for sign in "*?["), -len(pattern)


def images_of(item: Object) -> list[str]:
    """Name the images of a Pod, or of what has a pod's template."""
    spec = item.get("spec") or {}
    return [
        str(each.get("image", ""))
        for each in ((spec.get("template") or {}).get("spec") or spec).get("containers") or []
    ]


class Spec:
    """A whole api.yaml; raises ScriptInvalid."""

    def __init__(self, spec: Mapping[str, Any]) -> None:
        known("api.yaml", spec, SPEC_KEYS)
        self.version = str(spec.get("version", "v1.23.17+k3s1"))
        self.objects: list[Object] = list(spec.get("objects") or [])
        self.scripts = [_script(each) for each in spec.get("scripts") or []]
        self.rules = {name: _rules(name, spec.get(name)) for name in RULE_KEYS}
        self.tokens = [str(token) for token in spec.get("tokens") or []]
        self.nfs: Mapping[str, Any] = known("nfs", spec.get("nfs") or {}, {"files", "listing_sha256", "options"})
        self.dataset: Mapping[str, Any] = known("dataset", spec.get("dataset") or {}, {"count", "corrupt", "twice"})
        self.worker: Mapping[str, Any] = spec.get("worker") or {}
        self.gpus: Mapping[str, int] = spec.get("gpus") or {}

    def scripts_for(self, item: Object) -> list[Script]:
        """Give the scripts about an object, in the case's order."""
        return [script for script in self.scripts if script.is_for(item)]


def known(where: str, given: Mapping[str, Any], keys: Iterable[str]) -> Mapping[str, Any]:
    """Give `given` back; raises ScriptInvalid where it has other keys."""
    if not isinstance(given, Mapping):
        raise ScriptInvalid(f"{where}: a mapping is wanted, not {given!r}")
    others = sorted(set(given) - set(keys))
    if others:
        raise ScriptInvalid(
            f"{where}: {', '.join(map(str, others))}: not in the language; {', '.join(sorted(keys))} are"
        )
    return given


def _rules(name: str, given: Any) -> list[Mapping[str, Any]]:
    found = [given] if isinstance(given, Mapping) else list(given or [])
    return [known(name, rule, RULE_KEYS[name]) for rule in found]


def _script(given: Mapping[str, Any]) -> Script:
    known("scripts", given, SCRIPT_KEYS)
    if "kind" not in given:
        raise ScriptInvalid(f"scripts: {given}: which kind?")
    pods = given.get("pods", {})
    by_node = {"*": pods} if isinstance(pods, (str, list)) or "state" in pods else pods
    return Script(
        str(given["kind"]), str(given.get("name", "*")), str(given.get("image", "*")),
        {str(node): states(each) for node, each in by_node.items()},
        {int(index): states(each) for index, each in (given.get("indexes") or {}).items()},
        tuple(map(str, _listed(given.get("phase", [])))), tuple(given.get("events") or ()),
        given.get("refuse"), bool(given.get("account", True)), given.get("stays", False),
    )  # fmt: skip


def _listed(given: Any) -> list[Any]:
    return given if isinstance(given, list) else [given]


def states(given: Any) -> list[State]:
    """Read a pod's state, or the list of those that it goes through; raises ScriptInvalid."""
    found = [{"state": each} if isinstance(each, str) else each for each in _listed(given)]
    for each in found:
        known("a pod's state", each, STATE_KEYS)
        if each.get("state") not in STATES:
            raise ScriptInvalid(f"a pod's state: {each.get('state')!r} is none of {', '.join(STATES)}")
    return found


def is_of(rule: Mapping[str, Any], pod: Object) -> bool:
    """Tell whether a rule of `exec` or `logs` is about a pod."""
    metadata = pod["metadata"]
    labels, annotations = metadata.get("labels") or {}, metadata.get("annotations") or {}
    facts = {
        "pod": metadata["name"], "namespace": metadata["namespace"], "job": labels.get("job-name", ""),
        "node": pod["spec"].get("nodeName", ""), "index": annotations.get("batch.kubernetes.io/job-completion-index", ""),
        "runtime_class": pod["spec"].get("runtimeClassName") or "",
    }  # fmt: skip
    return all(fnmatchcase(facts[key], str(rule[key])) for key in OF_A_POD & set(rule))


def by_node(given: Mapping[str, Any], node: str, otherwise: Any) -> Any:
    """Give a mapping's value for a node, by the pattern that fits closest."""
    matching = sorted((pattern for pattern in given if fnmatchcase(node, pattern)), key=closeness)
    return given[matching[0]] if matching else otherwise
