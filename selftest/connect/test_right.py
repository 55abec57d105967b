"""Which rights a request needs, in RBAC's words."""

from __future__ import annotations

import pytest

from edgeproof.connect.right import rights_of

CORE, OWN = "/api/v1", "/api/v1/namespaces/edgeproof-x"


@pytest.mark.parametrize(
    ("method", "url", "wanted"),
    [
        ("GET", f"{CORE}/nodes", ["list nodes"]),
        ("GET", f"{CORE}/namespaces", ["list namespaces"]),
        ("DELETE", f"{CORE}/namespaces/edgeproof-x", ["delete namespaces"]),
        ("GET", f"{CORE}/namespaces/default/services/kubernetes", ["get services (kubernetes in default)"]),
        ("GET", "/apis/node.k8s.io/v1/runtimeclasses", ["list runtimeclasses.node.k8s.io"]),
        ("POST", "/apis/batch/v1/namespaces/edgeproof-x/jobs", ["create jobs.batch (edgeproof-x)"]),
        ("DELETE", f"{OWN}/pods", ["deletecollection pods (edgeproof-x)"]),
        ("PATCH", f"{OWN}/persistentvolumeclaims/c", ["patch persistentvolumeclaims (edgeproof-x)"]),
        ("GET", f"{OWN}/pods/p/log?tailLines=3", ["get pods/log (edgeproof-x)"]),
        ("GET", f"{OWN}/pods/p/exec", ["get pods/exec (edgeproof-x)", "create pods/exec (edgeproof-x)"]),
        ("GET", "/version", []),
    ],
)
def test_rights_of(method: str, url: str, wanted: list[str]) -> None:
    """The verb follows from the method and whether one object is named; a part of an object is a resource of its own."""
    assert list(map(str, rights_of(method, url))) == wanted


def test_review() -> None:
    """The question names resource and part apart, as the API has it."""
    asked = rights_of("GET", f"{OWN}/pods/p/exec")[0].review()["spec"]["resourceAttributes"]
    assert (asked["resource"], asked["subresource"], asked["namespace"]) == ("pods", "exec", "edgeproof-x")
