"""Reboots, against boards that are told what to answer: whom it leaves alone, what it waits for, and where it stops."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from edgeproof import limits
from edgeproof.connect.sudo import SudoPassword
from edgeproof.errors import ApiUnreachable
from edgeproof.facts.observed import reason
from edgeproof.facts.script import NEEDS_ROOT
from edgeproof.reboot import Reboots, reboots
from edgeproof.reboot.boot import Boot
from selftest.reboot.boards import IDS, INVENTORY, NAME, boot, facts, node_object

OTHER = "user-newworker"
POD = {"metadata": {"namespace": "default", "name": "web"}, "spec": {"nodeName": NAME}, "status": {"phase": "Running"}}
OF_DAEMON_SET = POD | {
    "metadata": {"namespace": "default", "name": "agent-x", "ownerReferences": [{"kind": "DaemonSet", "name": "agent"}]}
}
BESIDE: dict[str, Any] = {"found": {}, "refused": 404, "said": "not found"}


@dataclass
class Boards:
    """What the boards and the API answer: `comes_back` whether a board that is told to reboot does, `said` what sudo let the order say."""

    comes_back: bool = True
    kubelet_tells: bool = True
    pods: list[dict[str, Any]] = field(default_factory=list)
    said: bytes = b"edgeproof-as-root\nstatus 0\n"
    api_error: str = ""
    ordered: list[str] = field(default_factory=list)

    def ask_boot(self, _: object, node: Any) -> Boot | str:
        """Answer with the second boot once the reboot was ordered."""
        if node.name not in self.ordered:
            return boot(0)
        return boot(1) if self.comes_back else f"{node.name}: 192.168.10.2 port 22 cannot be reached"

    def open_node(self, _: object, node: Any) -> Any:
        """Open a connection that takes the order."""
        boards = self

        class Connection:
            user = "user"

            def __enter__(self) -> Connection:
                return self

            def __exit__(self, *_: object) -> None:
                pass

            def run(self, command: str, *_: object) -> Any:
                assert "systemctl reboot" in command
                if b"status 0" in boards.said:
                    boards.ordered.append(node.name)
                return type("Answer", (), {"stdout": boards.said})

        return Connection()

    def gather_cluster(self, _: object) -> dict[str, Any]:
        """List the nodes and the pods."""
        if self.api_error:
            return {"reach": {"error": self.api_error, "kind": ApiUnreachable.__name__}}
        return {
            "reach": {}, "asked_at": "2026-02-03T04:05:06+00:00", "version": {"gitVersion": "v1.31.5+k3s1"}, "forbidden": {},
            "nodes": self.nodes(), "pods": self.pods, "persistent_volumes": [], "claims": [], "claim_events": [],
            "runtime_classes": BESIDE, "service": BESIDE, "dns": BESIDE, "network_policies": BESIDE,
        }  # fmt: skip

    def nodes(self) -> list[dict[str, Any]]:
        """Give the Node object: of the boot of which the kubelet has told."""
        told = NAME in self.ordered and self.kubelet_tells
        return [node_object(boot_id=IDS[told])]

    def items(self, _: str) -> list[dict[str, Any]]:
        """List the nodes alone."""
        return self.nodes()


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Reboots]:
    """Reboot the worker, then the other, with no time to wait."""

    def begin(boards: Boards, despite_pods: bool = False) -> Reboots:
        for name in ("REBOOT_S", "BOOT_SETTLES_S", "REBOOT_READY_S", "POLL_S"):
            monkeypatch.setattr(limits, name, 0.01)
        for name in ("ask_boot", "open_node", "gather_cluster"):
            monkeypatch.setattr(reboots, name, getattr(boards, name))
        monkeypatch.setattr(reboots, "KubernetesApi", lambda _: boards)
        after = dict.fromkeys(INVENTORY.nodes, facts())
        monkeypatch.setattr(reboots, "gather_nodes", lambda *_: {})
        monkeypatch.setattr(reboots, "parse_nodes", lambda *_: after)
        found = Reboots(
            INVENTORY, dict.fromkeys(INVENTORY.nodes, facts()), lambda _: None, SudoPassword(), despite_pods
        )
        found.run([NAME, OTHER])
        return found

    return begin


def test_one_after_the_other(run: Callable[..., Reboots]) -> None:
    """Both come back, and are what they were; the second is no member, which is said of it."""
    boards = Boards()
    found = run(boards)
    assert boards.ordered == [NAME, OTHER]
    assert (found.missing, found.found[NAME].complaint, found.found[NAME].membership_changes) == ({}, "", ())
    assert "the API did not tell of user-newworker" in (reason(found.found[OTHER], "member_after") or "")


def test_stops_at_one_that_does_not_come_back(run: Callable[..., Reboots]) -> None:
    """It says what was seen last, and leaves the next one alone; what would be compared is blocked."""
    boards = Boards(comes_back=False)
    found = run(boards)
    assert boards.ordered == [NAME]
    assert "cannot be reached" in found.found[NAME].complaint
    assert "so no other node was rebooted" in found.missing[OTHER]
    assert reason(found.found[NAME], "after") == f"{NAME} did not come back from its reboot (see the check back)"


def test_ready_of_the_boot_before_is_not_ready(run: Callable[..., Reboots]) -> None:
    """A Node object that reads Ready, and of which the kubelet has not told since, does not count; the next one is left alone."""
    boards = Boards(kubelet_tells=False)
    found = run(boards)
    assert "its kubelet has not told of the new boot yet" in found.found[NAME].membership_changes[0]
    assert boards.ordered == [NAME]
    assert "is not Ready (see the check membership_as_before)" in found.missing[OTHER]


def test_pods_of_others(run: Callable[..., Reboots]) -> None:
    """A node on which somebody's pod runs is left alone, and the pod named; a DaemonSet's does not count; the next one is rebooted."""
    boards = Boards(pods=[POD, OF_DAEMON_SET])
    found = run(boards)
    assert boards.ordered == [OTHER]
    assert "would end default/web: move" in found.missing[NAME]
    assert "--despite-pods" in found.missing[NAME]
    anyway = Boards(pods=[POD])
    assert run(anyway, despite_pods=True).missing == {}
    assert anyway.ordered == [NAME, OTHER]


def test_nobody_knows_which_pods_run(run: Callable[..., Reboots]) -> None:
    """Where the API does not answer, nothing is rebooted, unless pods do not matter."""
    boards = Boards(api_error="refuses connections")
    assert set(run(boards).missing) == {NAME, OTHER}
    assert boards.ordered == []


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (b"", NEEDS_ROOT),
        (b"edgeproof-as-root\nOperation inhibited by \"apt\"\nstatus 1\n", "systemctl reboot was refused on user-worker: Operation inhibited"),
    ],
)  # fmt: skip
def test_a_refused_order(run: Callable[..., Reboots], said: bytes, why: str) -> None:
    """A node that sudo, or systemd, does not let us reboot is not waited for."""
    assert why in run(Boards(said=said)).missing[NAME]
