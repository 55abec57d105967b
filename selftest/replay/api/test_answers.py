"""The fake API server, asked by edgeproof's own client."""

from __future__ import annotations

from functools import partial

import pytest

from edgeproof.connect.api import KubernetesApi
from edgeproof.errors import ApiRefused
from edgeproof.side_by_side import side_by_side
from selftest.replay.api.conftest import CLIENT, Start

PODS = """
objects:
- {kind: Pod, metadata: {name: a, namespace: kube-system, labels: {app: dns, tier: x}}, spec: {nodeName: one}, status: {phase: Running}}
- {kind: Pod, metadata: {name: b, namespace: other, labels: {app: web}}, spec: {nodeName: two}, status: {phase: Pending}}
- {kind: HelmChart, apiVersion: helm.cattle.io/v1, metadata: {name: traefik, namespace: kube-system}}
- {kind: RuntimeClass, metadata: {name: nvidia}, handler: nvidia}
"""


def names(api: KubernetesApi, url: str, **query: str) -> list[str]:
    """List the names of what is there."""
    return [item["metadata"]["name"] for item in api.call("GET", url, query=query)["items"]]


def refused(api: KubernetesApi, method: str, url: str, body: object = None) -> int:
    """Give the status with which the server refuses."""
    with pytest.raises(ApiRefused) as caught:
        api.call(method, url, body)
    return caught.value.status


@pytest.fixture
def api(start: Start) -> KubernetesApi:
    """A cluster of two pods, a chart and a runtime class."""
    return KubernetesApi(start(PODS).inventory)


def test_version(start: Start) -> None:
    """The version is the case's."""
    api = KubernetesApi(start("version: v1.31.5+k3s1").inventory)
    found = api.call("GET", "/version")
    assert (found["gitVersion"], found["major"], found["minor"]) == ("v1.31.5+k3s1", "1", "31")


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("/api/v1/pods", ["a", "b"]),
        ("/api/v1/namespaces/other/pods", ["b"]),
        ("/api/v1/persistentvolumes", []),
        ("/apis/batch/v1/jobs", []),
        ("/apis/storage.k8s.io/v1/storageclasses", []),
        ("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", []),
        ("/apis/node.k8s.io/v1/runtimeclasses", ["nvidia"]),
        ("/apis/helm.cattle.io/v1/helmcharts", ["traefik"]),
        ("/api/v1/namespaces", ["default", "kube-system", "kube-public", "kube-node-lease", "other"]),
        ("/api/v1/namespaces/other/serviceaccounts", ["default"]),
        ("/api/v1/namespaces/default/services", ["kubernetes"]),
    ],
)
def test_lists(api: KubernetesApi, url: str, wanted: list[str]) -> None:
    """Any kind is listed, of one namespace or of all."""
    assert names(api, url) == wanted


@pytest.mark.parametrize(
    ("selector", "wanted"),
    [
        ("app=dns", ["a"]), ("app==web", ["b"]), ("app!=dns", ["b"]), ("tier", ["a"]), ("!tier", ["b"]),
        ("app in (dns, web),tier", ["a"]), ("app notin (dns)", ["b"]), ("app=dns,app=web", []),
    ],
)  # fmt: skip
def test_label_selectors(api: KubernetesApi, selector: str, wanted: list[str]) -> None:
    """Labels select by equality, existence and sets."""
    assert names(api, "/api/v1/pods", labelSelector=selector) == wanted


@pytest.mark.parametrize(
    ("selector", "wanted"),
    [
        ("spec.nodeName=one", ["a"]), ("status.phase!=Running", ["b"]), ("metadata.name=b,spec.nodeName=two", ["b"]),
        ("spec.nodeName=", []),
    ],
)  # fmt: skip
def test_field_selectors(api: KubernetesApi, selector: str, wanted: list[str]) -> None:
    """Fields select, too."""
    assert names(api, "/api/v1/pods", fieldSelector=selector) == wanted


@pytest.mark.parametrize(
    "url", ["/api/v1/nodes/none", "/api/v1/namespaces/other/pods/a", "/apis/node.k8s.io/v1/runtimeclasses/crun"]
)
def test_absent_object(start: Start, url: str) -> None:
    """What is not there is 404, and described."""
    served = start(PODS)
    assert refused(KubernetesApi(served.inventory), "GET", url) == 404
    assert served.api.undescribed == []


@pytest.mark.parametrize(
    ("method", "url"),
    [("GET", "/apis/metrics.k8s.io/v1beta1/nodes"), ("PUT", "/api/v1/nodes/one"), ("GET", "/metrics")],
)
def test_undescribed(start: Start, method: str, url: str) -> None:
    """What nobody described is 404, and told."""
    served = start(PODS)
    assert refused(KubernetesApi(served.inventory), method, url) == 404
    assert served.api.undescribed == [f"API: {method} {url}"]


def test_object_of_another_form(start: Start) -> None:
    """A case whose object is not of Kubernetes' form is told so, not hung upon."""
    served = start("objects: [{kind: Node, metadata: {name: one}, status: {conditions: [Ready]}}]")
    api = KubernetesApi(served.inventory)
    pod = {"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c"}]}}
    assert refused(api, "POST", "/api/v1/namespaces/default/pods", pod) == 500
    assert "AttributeError" in served.api.undescribed[0]


def test_create_patch_delete(api: KubernetesApi) -> None:
    """An object is made once, changed by a merge patch, and deleted once."""
    url, item = (
        "/api/v1/namespaces/other/configmaps",
        {"metadata": {"name": "c", "labels": {"a": "b"}}, "data": {"x": "1"}},
    )
    made = api.call("POST", url, item)
    assert made["metadata"]["labels"] == {"a": "b"}
    assert {"uid", "resourceVersion", "creationTimestamp"} < set(made["metadata"])
    assert refused(api, "POST", url, item) == 409
    changed = api.call("PATCH", f"{url}/c", {"data": {"x": None, "y": "2"}})
    assert changed["data"] == {"y": "2"}
    assert changed["metadata"]["resourceVersion"] != made["metadata"]["resourceVersion"]
    api.call("DELETE", f"{url}/c")
    assert refused(api, "DELETE", f"{url}/c") == 404


def test_no_such_namespace(api: KubernetesApi) -> None:
    """Nothing is made in a namespace that is not there."""
    assert refused(api, "POST", "/api/v1/namespaces/none/configmaps", {"metadata": {"name": "c"}}) == 404


def test_namespace_goes_with_all_in_it(api: KubernetesApi) -> None:
    """A namespace's end is that of what lies in it."""
    api.call("DELETE", "/api/v1/namespaces/other")
    assert names(api, "/api/v1/pods") == ["a"]


def test_certificate(start: Start) -> None:
    """Where a certificate is asked for, one of the client's authority is let in."""
    served = start("{}", user=CLIENT, asks_for_certificate=True)
    assert KubernetesApi(served.inventory).call("GET", "/version")["gitVersion"] == "v1.23.17+k3s1"


def test_threads_share_one_client(start: Start) -> None:
    """Many at once may ask by one client, which logs in by a certificate: its files are read once, not while others shake hands."""
    served = start("{}", user=CLIENT, asks_for_certificate=True)
    askers = range(24)
    for _ in range(8):
        listed = partial(KubernetesApi(served.inventory).call, "GET")
        asked = {f"/api/v1/nodes?limit={asker}" for asker in askers}
        assert {len(found["items"]) for found in side_by_side(asked, listed).values()} == {3}


def test_no_certificate(start: Start) -> None:
    """And one without is not."""
    assert refused(KubernetesApi(start("{}", asks_for_certificate=True).inventory), "GET", "/version") == 401


@pytest.mark.parametrize(("token", "status"), [("right", None), ("wrong", 401)])
def test_token(start: Start, token: str, status: int | None) -> None:
    """A token is let in where the case has it."""
    api = KubernetesApi(start("tokens: [right]", user={"token": token}, asks_for_certificate=True).inventory)
    if status is None:
        assert names(api, "/api/v1/namespaces/default/serviceaccounts") == ["default"]
    else:
        assert refused(api, "GET", "/version") == status


def test_refuse(start: Start) -> None:
    """What a case refuses is refused in its words, and the rest is answered."""
    text = "refuse: [{method: GET, url: '/api/v1/persistentvolumes*', status: 403, message: 'cannot list resource'}]"
    api = KubernetesApi(start(text).inventory)
    assert refused(api, "GET", "/api/v1/persistentvolumes") == 403
    assert len(names(api, "/api/v1/nodes")) == 3


def test_refuse_all(start: Start) -> None:
    """A body of the case's own answers every call."""
    assert (
        refused(KubernetesApi(start("refuse: {status: 503, body: 'apiserver not ready'}").inventory), "GET", "/version")
        == 503
    )


def test_start_again(start: Start) -> None:
    """A port is free again once the server was stopped."""
    served = start(PODS)
    served.api.stop()
    assert served.api.start("127.0.0.1", served.port) == served.port
    assert names(KubernetesApi(served.inventory), "/api/v1/pods") == ["a", "b"]
