"""The rights that manifests/rbac.yaml grants, one by one."""

from __future__ import annotations

import copy
from typing import Any, NamedTuple

import yaml

from edgeproof.files import carried

MANIFEST = "rbac.yaml"


class Granted(NamedTuple):
    """One verb on one resource; `group` is '' for the core's."""

    verb: str
    resource: str
    group: str

    def __str__(self) -> str:
        return f"{self.verb} {self.resource}{self.group and f'.{self.group}'}"


NEWER = Granted("create", "pods/exec", "")
"""What API servers want from 1.35 on, and older ones do not miss (the manifest says so)."""


def documents() -> list[dict[str, Any]]:
    """Read the manifest."""
    return list(yaml.safe_load_all((carried("manifests") / MANIFEST).read_text(encoding="utf-8")))


def role() -> dict[str, Any]:
    """Give its ClusterRole."""
    return next(item for item in documents() if item["kind"] == "ClusterRole")


def granted() -> list[Granted]:
    """List the rights, in the manifest's order."""
    return [
        Granted(verb, resource, group)
        for rule in role()["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    ]


def without(right: Granted) -> dict[str, Any]:
    """Give the ClusterRole less one right."""
    found = copy.deepcopy(role())
    for rule in found["rules"]:
        if right.group in rule["apiGroups"] and right.resource in rule["resources"]:
            rule["verbs"] = [verb for verb in rule["verbs"] if verb != right.verb]
    found["rules"] = [rule for rule in found["rules"] if rule["verbs"]]
    return found
