"""What programs print in pods: what a rule of the case says, else what a healthy pod's would, known by their meaning."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from selftest.replay.api.cluster import Cluster
from selftest.replay.api.kinds import Object
from selftest.replay.api.records import is_worker, worker_log
from selftest.replay.api.refusal import Refusal
from selftest.replay.api.script import by_node, is_of

MOUNT_OPTIONS = "ro,relatime,vers=4.2,rsize=131072,wsize=131072,namlen=255,hard,proto=tcp,timeo=600,retrans=2,sec=sys"
NOT_FOUND = 127
API_ADDRESS = "10.43.0.1"
"""Of default/kubernetes, where the case does not say."""
NO_ANSWER = "timed out"
"""Why an address is not reached, in Python's words, where the case does not say."""


@dataclass(frozen=True)
class Printed:
    """What a command in a pod printed, and its exit status; or what the API server says in place of that as the stream ends."""

    stdout: str = ""
    stderr: str = ""
    status: int = 0
    refused: str = ""


class Programs:
    """Answers exec and logs; what nobody described is added to `undescribed`."""

    def __init__(self, cluster: Cluster, undescribed: list[str]) -> None:
        self.cluster, self.spec, self.undescribed = cluster, cluster.spec, undescribed

    def execute(self, pod: Object, argv: list[str]) -> Printed:
        """Give what a command prints in a pod; raises Refusal where there is no container to run it in."""
        text = " ".join(argv)
        for rule in self.spec.rules["exec"]:
            if is_of(rule, pod) and fnmatchcase(text, str(rule.get("command", "*"))):
                if "unreached" in rule and _targets(argv) is None:
                    continue
                if "refuse" in rule and rule["refuse"].get("late"):
                    return Printed(refused=str(rule["refuse"]["message"]))
                _refuse(rule)
                return self._by_rule(rule, argv)
        _need_container(pod)
        return self._healthy(pod, argv)

    def log(self, pod: Object) -> str:
        """Give what a pod's container has printed; raises Refusal where it has not started."""
        state = self.cluster.pods.state(pod)
        for rule in self.spec.rules["logs"]:
            if is_of(rule, pod):
                _refuse(rule)
                return self._text(pod, rule.get("text"), rule.get("record"))
        waiting = _container_state(pod).get("waiting")
        if waiting and state.get("state") != "crash":
            name = pod["spec"]["containers"][0]["name"]
            where = f'container "{name}" in pod "{pod["metadata"]["name"]}"'
            raise Refusal(400, f"{where} is waiting to start: {waiting.get('reason')}")
        done = "succeeded" if is_worker(pod) and state.get("state") == "succeeded" else ""
        return self._text(pod, state.get("logs"), state.get("record", {} if done else None))

    def _text(self, pod: Object, text: Any, record: Mapping[str, Any] | None) -> str:
        if text is not None or record is None:
            return str(text or "")
        return worker_log(pod, {**self.spec.worker, **record}, self.spec.dataset)

    def _by_rule(self, rule: Mapping[str, Any], argv: list[str]) -> Printed:
        if "unreached" in rule:
            given = rule["unreached"]
            return Printed(_reached(argv, given if isinstance(given, Mapping) else dict.fromkeys(given, NO_ANSWER)))
        return Printed(str(rule.get("stdout", "")), str(rule.get("stderr", "")), int(rule.get("status", 0)))

    def _healthy(self, pod: Object, argv: list[str]) -> Printed:
        text, node = " ".join(argv), pod["spec"].get("nodeName", "")
        if _targets(argv) is not None:
            return Printed(_reached(argv, {}))
        if re.search(r"list_physical_devices|Num GPUs Available", text):
            return Printed(f"Num GPUs Available: {by_node(self.spec.gpus, node, 1)}\n")
        if re.search(r"\b(sha256sum|/proc/mounts)\b", text) and "files" in self.spec.nfs:
            lines = (
                [str(self.spec.nfs["files"]), str(self.spec.nfs.get("listing_sha256", ""))]
                if "sha256sum" in text
                else []
            )
            lines += [self._mount_line(pod)] if "/proc/mounts" in text else []
            return Printed("".join(f"{line}\n" for line in lines))
        self.undescribed.append(f"exec: {pod['metadata']['name']} on {node}: {text}")
        return Printed("", f"{argv[0]}: nobody described this command\n", NOT_FOUND)

    def _mount_line(self, pod: Object) -> str:
        """Give the line of /proc/mounts of the first claim in a pod, by the volume that it is bound to."""
        claims = {
            volume["name"]: volume["persistentVolumeClaim"]["claimName"]
            for volume in pod["spec"].get("volumes") or [] if "persistentVolumeClaim" in volume
        }  # fmt: skip
        for mount in pod["spec"]["containers"][0].get("volumeMounts") or []:
            if mount["name"] in claims:
                volume = self.cluster.volumes.of_claim(pod["metadata"]["namespace"], claims[mount["name"]]) or {}
                nfs = (volume.get("spec") or {}).get("nfs") or {}
                source = f"{nfs.get('server', '')}:{nfs.get('path', '')}"
                return f"{source} {mount['mountPath']} nfs4 {self.spec.nfs.get('options', MOUNT_OPTIONS)} 0 0"
        return ""


def _targets(argv: list[str]) -> list[str] | None:
    """Name what the reach program is asked for: in the JSON among its arguments, by name first; None where there is none."""
    for word in argv:
        try:
            asked = json.loads(word)["targets"]
        except (ValueError, KeyError, TypeError):
            continue
        return [str(each["name"] if isinstance(each, Mapping) else each[0]) for each in asked]
    return None


def _reached(argv: list[str], unreached: Mapping[str, str]) -> str:
    """Give the reach program's lines; with the reasons in `unreached` where the program is one that tells them."""
    lines, tells_why = [], re.search(r"unreached [^\"'\n]*:", " ".join(argv))

    def why_not(name: str) -> str | None:
        return next((str(why) for pattern, why in unreached.items() if fnmatchcase(name, pattern)), None)

    for name in _targets(argv) or []:
        why = why_not(name)
        lines.append(f"reached {name}" if why is None else f"unreached {name}{f': {why}' if tells_why else ''}")
    for name in _names(argv):
        why = why_not(name)
        lines.append(f"resolved {name} {API_ADDRESS}" if why is None else f"unresolved {name}: {why}")
    return "".join(f"{line}\n" for line in lines)


def _names(argv: list[str]) -> list[str]:
    """Give the names that the reach program is to resolve: those of the API's own service."""
    asked: dict[str, Any] = next((json.loads(word) for word in argv if word.startswith('{"')), {})
    return [str(name) for name in asked.get("names") or []]


def _refuse(rule: Mapping[str, Any]) -> None:
    refuse = rule.get("refuse")
    if refuse is not None:
        raise Refusal(int(refuse.get("status", 500)), str(refuse.get("message", "")))


def _container_state(pod: Object) -> Mapping[str, Any]:
    containers = (pod.get("status") or {}).get("containerStatuses") or [{}]
    found: Mapping[str, Any] = containers[0].get("state") or {}
    return found


def _need_container(pod: Object) -> None:
    """Raise the Refusal that the API server or the kubelet gives where no container runs."""
    name, phase = pod["metadata"]["name"], (pod.get("status") or {}).get("phase")
    if not pod["spec"].get("nodeName"):
        raise Refusal(400, f"pod {name} does not have a host assigned")
    if phase in ("Succeeded", "Failed"):
        raise Refusal(400, f"cannot exec into a container in a completed pod; current phase is {phase}")
    if "running" not in _container_state(pod):
        container = pod["spec"]["containers"][0]["name"]
        raise Refusal(500, f'unable to upgrade connection: container not found ("{container}")')
