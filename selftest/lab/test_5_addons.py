"""K3s's add-ons on the lab: pods find names by CoreDNS, and a claim without a class is given a volume of local-path."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from lab import limits
from lab.images.container_images import NAMES
from lab.lab import Lab
from lab.waiting import await_condition

PLACE = "addons-selftest"
NAMED = ("kubernetes.default", f"web.{PLACE}", f"web.{PLACE}.svc.cluster.local", "user-desktop", "example.com")
"""The API, a service by two names, a node (from NodeHosts) and a name of the world, which the gateway knows."""
ASK = "import json, socket; print(json.dumps({name: socket.gethostbyname(name) for name in %r}))"
OBJECTS = f"""
apiVersion: v1
kind: Namespace
metadata: {{name: {PLACE}}}
---
apiVersion: v1
kind: Service
metadata: {{name: web, namespace: {PLACE}}}
spec: {{ports: [{{port: 80}}], selector: {{app: web}}}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {{name: without-class, namespace: {PLACE}}}
spec: {{accessModes: [ReadWriteOnce], resources: {{requests: {{storage: 16Mi}}}}}}
---
apiVersion: v1
kind: Pod
metadata: {{name: asks, namespace: {PLACE}, labels: {{app: web}}}}
spec:
  terminationGracePeriodSeconds: 0
  containers:
    - name: asks
      image: {NAMES["pytorch"]}
      imagePullPolicy: Never
      command: [sleep, "600"]
      volumeMounts: [{{name: kept, mountPath: /kept}}]
  volumes: [{{name: kept, persistentVolumeClaim: {{claimName: without-class}}}}]
"""


@pytest.fixture(scope="module")
def running(lab: Lab) -> Iterator[Lab]:
    """A pod with a claim that names no class, and a service; all is gone afterwards, the volume too."""
    kubectl = ("exec", "-i", lab.server.container, "k3s", "kubectl")
    try:
        lab.docker(*kubectl, "apply", "-f", "-", stdin=OBJECTS)
        wait = (
            f"k3s kubectl wait --namespace {PLACE} --for=condition=Ready --timeout={limits.READY_LOOK_S:.0f}s pod/asks"
        )
        await_condition(
            "the pod",
            limits.MEND_S,
            lambda: lab.server.holds(f"{wait} >/dev/null 2>&1"),
            lambda: lab.server.run(f"k3s kubectl describe --namespace {PLACE} pods,pvc", check=False).stdout,
        )
        yield lab
    finally:
        lab.docker(*kubectl, "delete", "--ignore-not-found", "-f", "-", stdin=OBJECTS)
        await_condition("the volume is gone", limits.MEND_S, lambda: volumes(lab) == [])


def found(lab: Lab, what: str) -> Any:
    """Give an object, or a list of them, as the API has it."""
    return json.loads(lab.server.run(f"k3s kubectl get {what} -o json").stdout)


def volumes(lab: Lab) -> list[dict[str, Any]]:
    """Give the volumes of the claim."""
    wanted = (PLACE, "without-class")
    claims = [(each, each["spec"].get("claimRef", {})) for each in found(lab, "pv")["items"]]
    return [each for each, claim in claims if (claim.get("namespace"), claim.get("name")) == wanted]


def test_names(running: Lab) -> None:
    """A pod finds the API, a service, a node and a name of the world."""
    ask = ASK % (NAMED,)
    said = running.server.run(f'k3s kubectl exec --namespace {PLACE} asks -- python3 -c "{ask}"').stdout
    service = found(running, f"service web --namespace {PLACE}")["spec"]["clusterIP"]
    told = json.loads(said)
    assert told == {
        "kubernetes.default": "10.43.0.1",
        f"web.{PLACE}": service,
        f"web.{PLACE}.svc.cluster.local": service,
        "user-desktop": str(running.server.address),
        "example.com": "192.0.2.1",
    }


def test_claim_without_class(running: Lab) -> None:
    """It is Bound, its class is local-path, and what the pod writes lies on the disk of the pod's node."""
    claim = found(running, f"pvc without-class --namespace {PLACE}")
    assert (claim["status"]["phase"], claim["spec"]["storageClassName"]) == ("Bound", "local-path")
    running.server.run(f"k3s kubectl exec --namespace {PLACE} asks -- sh -c 'echo here > /kept/file'")
    (volume,) = volumes(running)
    node = found(running, f"pod asks --namespace {PLACE}")["spec"]["nodeName"]
    path = volume["spec"].get("hostPath", volume["spec"].get("local"))["path"]
    assert path.startswith("/var/lib/rancher/k3s/storage/")
    assert running.node(node).run(f"cat {path}/file").stdout == "here\n"
