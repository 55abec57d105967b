"""What a request asks leave for, as Kubernetes authorises it: a verb on a resource; and the question whether the user has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
"""Where any user may ask what he may do himself (the ClusterRole system:basic-user gives it to all)."""

VERBS = {
    "GET": ("list", "get"), "POST": ("create", "create"), "PATCH": ("patch", "patch"), "DELETE": ("deletecollection", "delete"),
}  # fmt: skip
"""The verb of a request without and with an object's name (Kubernetes' documentation, "Authorization Overview")."""

EXEC = "pods/exec"


@dataclass(frozen=True, order=True)
class Right:
    """A verb on a resource (`pods/exec` for a part of one), everywhere, or in a namespace or on one object alone."""

    verb: str
    resource: str
    group: str = ""
    namespace: str = ""
    name: str = ""

    def __str__(self) -> str:
        where = " in ".join(word for word in (self.name, self.namespace) if word)
        return f"{self.verb} {self.resource}{self.group and f'.{self.group}'}{where and f' ({where})'}"

    def review(self) -> dict[str, Any]:
        """Give the object that asks for it."""
        resource, _, part = self.resource.partition("/")
        asked = {
            "verb": self.verb, "group": self.group, "resource": resource, "subresource": part,
            "namespace": self.namespace, "name": self.name,
        }  # fmt: skip
        return {
            "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": asked},
        }  # fmt: skip


def rights_of(method: str, url: str) -> tuple[Right, ...]:
    """Give the rights that a request needs; none for a URL that is no resource's, as /version.

    An exec by websocket is a GET; from 1.35 on the API server wants create for it, too (kubernetes#134577).
    """
    parts = url.partition("?")[0].strip("/").split("/")
    if parts[0] not in ("api", "apis"):
        return ()
    group, rest = ("", parts[2:]) if parts[0] == "api" else (parts[1], parts[3:])
    namespace = ""
    if rest[0] == "namespaces" and len(rest) > 2:
        namespace, rest = rest[1], rest[2:]
    name = rest[1] if len(rest) > 1 else ""
    resource = "/".join([rest[0], *rest[2:3]])
    verbs = ("get", "create") if resource == EXEC else (VERBS[method][bool(name)],)
    named = name if verbs[0] == "get" and resource != EXEC and "/" not in resource else ""
    return tuple(Right(verb, resource, group, namespace, named) for verb in verbs)
