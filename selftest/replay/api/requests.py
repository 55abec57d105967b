"""Requests, and what the API server answers to each."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import parse_qs, urlsplit

from selftest.replay.api.cluster import Cluster
from selftest.replay.api.forbidden import REVIEWS, Forbidden
from selftest.replay.api.kinds import Object, Target
from selftest.replay.api.programs import Printed, Programs
from selftest.replay.api.refusal import Refusal, Undescribed
from selftest.replay.api.script import Spec
from selftest.replay.api.selectors import has_fields, has_labels

PATCHES = ("application/merge-patch+json", "application/strategic-merge-patch+json")
HEALTH = ("/healthz", "/livez", "/readyz")
PARTS = ("log", "exec", "status")
"""Parts of an object that have URLs of their own here."""


@dataclass(frozen=True)
class Request:
    """One request: `target` is the path with its query; `body` is parsed JSON, None where there is none."""

    method: str
    target: str
    body: Any = None
    content_type: str = "application/json"

    @property
    def path(self) -> str:
        """Give the URL's path."""
        return urlsplit(self.target).path

    def asked(self, name: str) -> list[str]:
        """Give the values of one name in the query."""
        return parse_qs(urlsplit(self.target).query, keep_blank_values=True).get(name, [])

    def first(self, name: str) -> str:
        """Give the first value of a name in the query, '' without one."""
        return (self.asked(name) or [""])[0]


@dataclass(frozen=True)
class Answer:
    """An answer: an object, or plain text; of an exec what was printed."""

    status: int
    body: Object | str = field(default_factory=dict)
    printed: Printed | None = None

    def encoded(self) -> tuple[str, bytes]:
        """Give the content's type and its bytes."""
        if isinstance(self.body, str):
            return "text/plain", self.body.encode()
        return "application/json", json.dumps(self.body).encode()


class Answers:
    """Answers requests about one cluster; one at a time, please."""

    def __init__(self, spec: Spec) -> None:
        self.spec, self.cluster = spec, Cluster(spec)
        self.forbidden = Forbidden(spec.rules["forbidden"])
        self.undescribed: list[str] = []
        self.programs = Programs(self.cluster, self.undescribed)

    def answer(self, request: Request) -> Answer:
        """Answer one request; never raises a Refusal."""
        for rule in self.spec.rules["refuse"]:
            if fnmatchcase(request.method, str(rule.get("method", "*"))) and fnmatchcase(
                request.path, str(rule.get("url", "*"))
            ):
                return _refused(rule)
        try:
            return self._answer(request)
        except Undescribed as refusal:
            self.undescribed.append(f"API: {request.method} {request.target}")
            return Answer(refusal.status, refusal.as_status())
        except Refusal as refusal:
            return Answer(refusal.status, refusal.as_status())

    def _answer(self, request: Request) -> Answer:
        if request.method == "GET" and request.path == "/version":
            return Answer(200, version(self.spec.version))
        if request.method == "GET" and request.path in HEALTH:
            return Answer(200, "ok")
        if request.method == "POST" and request.path == REVIEWS:
            return Answer(201, self.forbidden.review(request.body))
        target = self.cluster.store.kinds.target(request.path)
        if target.part and target.part not in PARTS:
            raise Undescribed()
        verbs: dict[str, Callable[[Request, Target], Answer]] = {
            "GET": self._get, "POST": self._post, "PATCH": self._patch, "DELETE": self._delete,
        }  # fmt: skip
        verb = verbs.get(request.method)
        if verb is None or request.first("watch") in ("true", "1"):
            raise Undescribed()
        if said := self.forbidden.refuses(request.method, target):
            raise Refusal(403, said)
        return verb(request, target)

    def _get(self, request: Request, target: Target) -> Answer:
        if not target.name:
            return self._list(request, target)
        item = self.cluster.store.get(target.kind, target.namespace, target.name)
        if target.part == "log":
            return Answer(200, tail(self.programs.log(item), request.first("tailLines")))
        if target.part == "exec":
            return Answer(101, printed=self.programs.execute(item, request.asked("command")))
        shown = copy.deepcopy(item)
        self.cluster.steps.looked_at([item])
        return Answer(200, shown)

    def _list(self, request: Request, target: Target) -> Answer:
        found = self._selected(request, target)
        shown = copy.deepcopy(found)
        self.cluster.steps.looked_at(found)
        kind = target.kind
        return Answer(200, {"kind": f"{kind.name}List", "apiVersion": kind.version, "metadata": {}, "items": shown})

    def _selected(self, request: Request, target: Target) -> list[Object]:
        labels, fields = request.first("labelSelector"), request.first("fieldSelector")
        return [
            item for item in self.cluster.store.listed(target.kind, target.namespace)
            if has_labels(labels, item["metadata"].get("labels") or {}) and has_fields(fields, item)
        ]  # fmt: skip

    def _post(self, request: Request, target: Target) -> Answer:
        if target.name or (target.kind.is_namespaced and not target.namespace):
            raise Undescribed()
        item = request.body
        if not isinstance(item, dict) or item.get("kind", target.kind.name) != target.kind.name:
            raise Refusal(400, f"the object in the request is no {target.kind.name}")
        item = copy.deepcopy(item) | {"kind": target.kind.name}
        metadata = item.setdefault("metadata", {})
        if not metadata.get("name") and not metadata.get("generateName"):
            raise Refusal(
                422, f"{target.kind.name} is invalid: metadata.name: Required value: name or generateName is required"
            )
        if target.namespace:
            if metadata.setdefault("namespace", target.namespace) != target.namespace:
                raise Refusal(
                    400, "the namespace of the provided object does not match the namespace sent on the request"
                )
            self.cluster.store.get(self.cluster.store.kinds.named("Namespace"), "", target.namespace)
        return Answer(201, self.cluster.create(item))

    def _patch(self, request: Request, target: Target) -> Answer:
        item = self.cluster.store.get(target.kind, target.namespace, target.name)
        if request.content_type.split(";")[0] not in PATCHES:
            raise Undescribed()
        self.cluster.store.patch(item, request.body)
        return Answer(200, copy.deepcopy(item))

    def _delete(self, request: Request, target: Target) -> Answer:
        options = request.body if isinstance(request.body, dict) else {}
        propagation = request.first("propagationPolicy") or str(options.get("propagationPolicy", "Background"))
        if target.name:
            items = [self.cluster.store.get(target.kind, target.namespace, target.name)]
        else:
            items = self._selected(request, target)
        for item in items:
            self.cluster.delete(item, propagation)
        return Answer(200, {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"})


def _refused(rule: Any) -> Answer:
    status, body = int(rule.get("status", 503)), rule.get("body")
    return Answer(status, Refusal(status, str(rule.get("message", ""))).as_status() if body is None else body)


def tail(text: str, lines: str) -> str:
    """Give the last lines of a log, all of it where no number is given."""
    return "".join(text.splitlines(keepends=True)[-int(lines) :]) if lines.isdigit() and int(lines) else text


def version(git_version: str) -> Object:
    """Give what /version tells: v1.23.17+k3s1 is major 1, minor 23."""
    found = re.match(r"v?(\d+)\.(\d+)", git_version)
    major, minor = (found[1], found[2]) if found else ("", "")
    return {
        "major": major, "minor": minor, "gitVersion": git_version, "gitCommit": "", "gitTreeState": "clean",
        "buildDate": "2023-03-20T00:00:00Z", "goVersion": "go1.19.7", "compiler": "gc", "platform": "linux/arm64",
    }  # fmt: skip
