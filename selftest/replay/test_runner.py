"""The runner itself: what machines show, what is undescribed, machines behind others, how a case ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from selftest.replay.case import Case, Verdict
from selftest.replay.cluster_folder import BASES, Differs, differing, load_base
from selftest.replay.judge import judge
from selftest.replay.players import Player
from selftest.replay.secret_words import secret_words, secrets_told

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


def test_silent_name_server(player: Player) -> None:
    """Of two name servers, the one that a case calls silent answers no board, and the other one every board."""
    dns = {"network": {"dns": ["8.8.8.8", "1.1.1.1"]}}
    run = ("tests_node", "-k", "dns_answers")
    _, lines = judge(case_of(differs={"cluster.yaml": dns}, run=run), player)
    assert lines == []
    fails = [{"check": "dns_answers", "seen": ["8.8.8.8"], "never": ["1.1.1.1"]}]
    differs = {"cluster.yaml": dns, "silent": ["8.8.8.8"]}
    _, lines = judge(case_of(differs=differs, run=run, verdict={"fails": fails}), player)
    assert lines == []


TOKEN = "K103f0a9c1d5e7b2486f0a9c1d5e7b2486::server:9d1c7f3b5a2e4806c1f7"


def test_a_shown_secret_is_told(player: Player) -> None:
    """A secret of the cluster that a run shows fails any case: here it is a node's name."""
    files = {"/etc/rancher/k3s/config.yaml": "token: word-of-nobody\n", "/etc/hostname": "word-of-nobody\n"}
    commands = {"hostname": [{"stdout": "word-of-nobody\n"}]}
    differs = {"nodes": {"user-worker": {"files": files, "commands": commands}}}
    _, lines = judge(case_of(differs=differs), player)
    assert "a secret is shown: 'word-of-nobody'" in lines


@pytest.mark.parametrize(("given", "refused"), [("made-up-sudo-password", False), ("made-up-wrong-password", True)])
def test_no_secret_is_shown(player: Player, given: str, refused: bool) -> None:
    """Tokens (by flag, variable, setting, drop-in, in the journal of a K3s that fails) and passwords (a proxy's, sudo's) stay at home."""
    unit = "/etc/systemd/system/k3s-agent.service"
    differs = {
        "environment": {"EDGEPROOF_SUDO_PASSWORD": given},
        "nodes": {
            "user-worker": {
                "logins": {"user": {"sudo": "password", "password": "made-up-sudo-password"}},
                "units": {"k3s-agent.service": {"ActiveState": "failed", "SubState": "failed", "Result": "exit-code"}},
                "files": {
                    **{f"/proc/812{name}": None for name in ("", "/cmdline", "/comm", "/environ", "/exe")},
                    unit: f"[Service]\nEnvironmentFile=-{unit}.env\nExecStart=/usr/local/bin/k3s agent --token made-up-flag\n",
                    f"{unit}.env": f"K3S_TOKEN={TOKEN}\nK3S_URL=https://user:made-up-proxy@192.168.10.1:6443\n",
                    "/etc/rancher/k3s": {"folder": True},
                    "/etc/rancher/k3s/config.yaml": "token: made-up-setting\n",
                    "/etc/rancher/k3s/config.yaml.d/10-token.yaml": "agent-token: made-up-drop-in\n",
                    "/etc/rancher/k3s/config.yaml.d/*.yml": None,
                    "/etc/docker/daemon.json": '{"proxies": {"http-proxy": "http://user:made-up-docker@proxy:3128"}}',
                },
                "commands": {
                    "journalctl": [
                        {"args": "*-u k3s*", "stdout": f'level=fatal msg="token {TOKEN} --token made-up-flag"\n'}
                    ]
                },
            }
        },
    }
    case = case_of(differs=differs, run=("tests_node", "tests_cluster"))
    cluster = case.cluster()
    wanted = {"sudo-password", "flag", "proxy", "setting", "drop-in", "docker"}
    assert secret_words(cluster) >= {f"made-up-{word}" for word in wanted} | {TOKEN[-20:], given}
    played = player.play(cluster, case.run)
    failed = {finding["check"] for finding in played.findings if finding["outcome"] == "failed"}
    assert ("sudo" in failed, "services" in failed) == (refused, not refused), played.text
    assert secrets_told(cluster, played) == []
