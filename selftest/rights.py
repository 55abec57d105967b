"""The rights that manifests/rbac.yaml grants, one by one."""

from __future__ import annotations

import copy
from typing import Any

import yaml

from edgeproof.connect.right import Right
from edgeproof.files import carried

MANIFEST = "rbac.yaml"


NEWER = Right("create", "pods/exec")
"""What API servers want from 1.35 on, and older ones do not miss (the manifest says so)."""


def documents() -> list[dict[str, Any]]:
    """Read the manifest."""
    return list(yaml.safe_load_all((carried("manifests") / MANIFEST).read_text(encoding="utf-8")))


def role() -> dict[str, Any]:
    """Give its ClusterRole."""
    return next(item for item in documents() if item["kind"] == "ClusterRole")


def granted() -> list[Right]:
    """List the rights, in the manifest's order."""
    return [
        Right(verb, resource, group)
        for rule in role()["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    ]


def without(right: Right) -> dict[str, Any]:
    """Give the ClusterRole less one right."""
    found = copy.deepcopy(role())
    for rule in found["rules"]:
        if right.group in rule["apiGroups"] and right.resource in rule["resources"]:
            rule["verbs"] = [verb for verb in rule["verbs"] if verb != right.verb]
    found["rules"] = [rule for rule in found["rules"] if rule["verbs"]]
    return found
