"""What the user of a replayed API server may not do: `forbidden:` of an api.yaml, asked of each request, and by the user himself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from selftest.replay.api.kinds import Target

REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
VERBS = {"GET": ("list", "get"), "POST": ("create", "create"), "PATCH": ("patch",) * 2, "DELETE": ("deletecollection", "delete")}
"""The verb of a request without and with an object's name."""


class Forbidden:
    """Rules `{verbs, resources}`, each a list of patterns; resources as RBAC names them: pods, pods/exec, jobs."""

    def __init__(self, rules: Iterable[Mapping[str, Any]]) -> None:
        self.rules = list(rules)

    def refuses(self, method: str, target: Target) -> str:
        """Give the API server's words for a request that is not allowed, '' for one that is."""
        verb = VERBS[method][bool(target.name)]
        resource = f"{target.kind.plural}/{target.part}" if target.part else target.kind.plural
        if not self._forbids(verb, resource):
            return ""
        group = target.kind.version.rpartition("/")[0]
        where = f'in the namespace "{target.namespace}"' if target.namespace else "at the cluster scope"
        return f'{target.kind.qualified()} is forbidden: User "replay" cannot {verb} resource "{resource}" in API group "{group}" {where}'

    def review(self, asked: Any) -> dict[str, Any]:
        """Answer a SelfSubjectAccessReview."""
        given = asked["spec"]["resourceAttributes"]
        resource = "/".join(part for part in (given["resource"], given.get("subresource", "")) if part)
        return {**asked, "status": {"allowed": not self._forbids(given["verb"], resource)}}

    def _forbids(self, verb: str, resource: str) -> bool:
        return any(
            any(fnmatchcase(verb, str(pattern)) for pattern in rule.get("verbs", ["*"]))
            and any(fnmatchcase(resource, str(pattern)) for pattern in rule.get("resources", ["*"]))
            for rule in self.rules
        )
