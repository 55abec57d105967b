"""The runner itself: what machines show, what is undescribed, machines behind others, how a case ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from selftest.replay.case import Case, Verdict
from selftest.replay.cluster_folder import BASES, Differs, differing, load_base
from selftest.replay.judge import judge
from selftest.replay.players import Player

HERE = Path(__file__).parent
LOGINS = {
    "user": {"sudo": "free"},
    "asked": {"sudo": "password", "password": "secret"},
    "barred": {"sudo": "no", "password": "secret"},
}


def case_of(**given: object) -> Case:
    """Make a case of the nano base that no file has."""
    usual = {"base": "nano", "source": "made up", "right": "made up", "run": ("tests_node",), "verdict": Verdict()}
    return Case.model_validate({**usual, **given})


def test_inside(player: Player) -> None:
    """All that inside/ looks at from within a scene is so; what it asks beyond the description is told."""
    differs = {
        "cluster.yaml": {"nodes": {"user-gone": {"address": "192.168.10.4", "role": "agent"}}},
        "nodes": {"user-worker": {"logins": LOGINS, "commands": {"zgrep": None}}},
    }
    cluster = differing(load_base(BASES / "nano"), Differs.model_validate(differs))
    played = player.play(cluster, (str(HERE / "inside" / "test_machines.py"), "-q", "--tb=short"))
    assert played.status == 0, played.text
    assert played.undescribed == (
        "user-worker: nvpmodel -m 0",
        "user-worker: systemctl is-active nobodys",
        "user-worker: systemctl show -p Nice docker",
    )


def test_undescribed_command(player: Player) -> None:
    """A question with no described answer fails the case."""
    verdict = {"blocked": [{"check": "power_mode", "node": "user-worker"}]}
    differs = {"nodes": {"user-worker": {"commands": {"nvpmodel": [{"args": "-q", "sh": "nvpmodel -q --verbose"}]}}}}
    _, lines = judge(case_of(differs=differs, verdict=verdict), player)
    assert lines == ["undescribed: user-worker: nvpmodel -q --verbose"]


def test_wrong_verdict(player: Player) -> None:
    """A healthy cluster of which a case says that it is broken differs, and so does a broken one said to be healthy."""
    _, lines = judge(case_of(verdict={"fails": [{"check": "swap", "node": "user-worker"}]}), player)
    assert lines == ["exit status 0, expected 1", "swap on user-worker: passed, expected failed"]
    swaps = "Filename\tType\tSize\tUsed\tPriority\n/dev/zram0 partition 507392 0 5\n"
    differs = {"nodes": {"user-worker": {"files": {"/proc/swaps": swaps}}}}
    _, lines = judge(case_of(differs=differs), player)
    assert lines[0] == "exit status 1, expected 0"
    assert [line.split(":")[0] for line in lines[1:]] == ["swap on user-worker"]


def test_behind_another(player: Player) -> None:
    """A machine behind another is reached through it alone, as ~/.ssh/config says."""
    bastion = {"address": "198.51.100.9", "commands": {}, "files": {}}
    nodes = {"bastion": bastion, "user-worker": {"behind": "bastion"}}
    config = "Host user-worker\n  ProxyJump user@198.51.100.9\n"
    _, lines = judge(case_of(differs={"nodes": nodes, "ssh_config": config}), player)
    assert lines == []
    played, _ = judge(case_of(differs={"nodes": nodes}), player)
    assert "192.168.10.2 port 22 cannot be reached" in played.text


@pytest.mark.parametrize("key", ["nodes: [", "nodes: {}"])
def test_refused_inventory(key: str, player: Player) -> None:
    """An inventory that edgeproof refuses is played, too: the command ends with its usage error."""
    _, lines = judge(case_of(differs={"cluster.yaml": key}, verdict={"exit": 4, "says": ["cluster.yaml"]}), player)
    assert lines == []
