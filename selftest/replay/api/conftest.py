"""A fake API server on loopback, of a server and two agents, and edgeproof's own client of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml

from edgeproof import limits
from edgeproof.facts.cluster import gather_cluster, parse_cluster
from edgeproof.inventory import Inventory
from edgeproof.trial.namespace import OwnNamespace
from selftest.connect.keys import Certificate, self_signed
from selftest.connect.kubeconfigs import client_certificate, write_kubeconfig
from selftest.replay.api import FakeApi

LOOPBACK = "127.0.0.1"
NODES = """
- {kind: Node, metadata: {name: user-desktop, labels: {kubernetes.io/hostname: user-desktop}}, spec: {taints: [{key: node-role.kubernetes.io/master, value: "true", effect: NoSchedule}]}, status: &status {conditions: [{type: Ready, status: "True"}]}}
- {kind: Node, metadata: {name: user-worker, labels: {kubernetes.io/hostname: user-worker, node-type: worker}}, status: *status}
- {kind: Node, metadata: {name: user-newworker, labels: {kubernetes.io/hostname: user-newworker, node-type: worker}}, status: *status}
"""
AGENTS = ["user-worker", "user-newworker"]

Start = Callable[..., "Served"]


class Served:
    """A fake API server that runs, and an inventory whose kubeconfig is for it."""

    def __init__(self, api: FakeApi, port: int, folder: Path, user: dict[str, Any] | None) -> None:
        self.api, self.port = api, port
        kubeconfig = write_kubeconfig(folder / "config", f"https://{LOOPBACK}:{port}", SERVER, user)
        agents = {name: {"address": f"127.0.0.{number}", "role": "agent"} for number, name in enumerate(AGENTS, 2)}
        nodes = {"user-desktop": {"address": LOOPBACK, "role": "server"}, **agents}
        self.inventory = Inventory.model_validate(
            {"nodes": nodes, "network": {"gateway": "127.0.0.254"}, "kubernetes": {"kubeconfig": kubeconfig}}
        )

    def own_namespace(self) -> OwnNamespace:
        """Give a namespace of edgeproof's own, to be entered."""
        cluster = parse_cluster(gather_cluster(self.inventory), {}, self.inventory)
        return OwnNamespace(self.inventory, cluster, lambda _: None)


SERVER = self_signed("k3s-server-ca")
CLIENT = self_signed("k3s-client-ca")


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait as EDGEPROOF_LIMITS_SCALE=0.01 has it."""
    for name in (
        "PODS_READY_S",
        "POD_WARNED_S",
        "ACCOUNT_S",
        "NAMESPACE_GONE_S",
        "CLAIM_BOUND_S",
        "POLL_S",
        "JOB_START_S",
    ):
        monkeypatch.setattr(limits, name, getattr(limits, name) / 100)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a fake API server of an api.yaml's text; without `objects:` it has a server and two agents."""

    def begin(
        text: str = "{}", user: Certificate | dict[str, Any] | None = None, asks_for_certificate: bool = False
    ) -> Served:
        spec = {"objects": yaml.safe_load(NODES)} | (yaml.safe_load(text) or {})
        authority = tmp_path / "client-ca.pem"
        authority.write_bytes(CLIENT.certificate)
        api = FakeApi(spec, SERVER.write(tmp_path / "server.pem"), authority if asks_for_certificate else None)
        port = api.start(LOOPBACK, 0)
        stack.callback(api.stop)
        given = client_certificate(user) if isinstance(user, Certificate) else user
        return Served(api, port, tmp_path, given)

    with ExitStack() as stack:
        yield begin


@pytest.fixture
def own() -> Iterator[Callable[[Served], OwnNamespace]]:
    """Make a namespace of edgeproof's own, and remove it at the end."""
    with ExitStack() as stack:
        yield lambda served: stack.enter_context(served.own_namespace())
