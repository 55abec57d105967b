"""What ssh's own configuration says counts: by name, by address, from included files, under a Match."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from edgeproof.connect.login import Login, login_for
from edgeproof.errors import SshConfigInvalid
from edgeproof.inventory import Inventory

NODE = "user-worker"
ADDRESS = "192.168.10.2"


def login_by(folder: Path, config: str, node: dict[str, Any] | None = None, **ssh: Any) -> Login:
    """Put the login together for user-worker at 192.168.10.2 under this configuration."""
    (folder / "config").write_text(config)
    nodes = {NODE: {"address": ADDRESS, "role": "server", **(node or {})}}
    inventory = Inventory.model_validate({"nodes": nodes, "ssh": {"config": folder / "config", **ssh}})
    return login_for(inventory, inventory.server)


@pytest.mark.parametrize(
    ("config", "user", "jump"),
    [
        pytest.param("Host user-*\n User nvidia\n", "nvidia", "", id="name"),
        pytest.param("Host 192.168.10.*\n User nvidia\n", "nvidia", "", id="address"),
        pytest.param("Host user-*\n ProxyJump gate\nHost 192.168.*\n User nvidia\n", "nvidia", "gate", id="both"),
        pytest.param("Host user-*\n User a\nHost 192.168.*\n User b\n", "a", "", id="name first"),
        pytest.param("Host 192.168.*\n User b\nHost *\n User any\n", "b", "", id="address before any"),
        pytest.param("Host user-*\n User a\nHost *\n User any\n", "a", "", id="name before any"),
        pytest.param("Host *\n User any\n ProxyJump gate\n", "any", "gate", id="any"),
        pytest.param("Host *\n ProxyJump gate\nHost gate\n User b\n", "user", "gate", id="default user"),
        pytest.param("Match host 192.168.10.0/24,192.168.10.*\n User c\n", "c", "", id="match by address"),
        pytest.param('Match exec "test %h = user-worker"\n User d\n', "d", "", id="match by a program"),
        pytest.param("Host user-worker\n ProxyJump none\nHost *\n ProxyJump gate\n", "user", "", id="none for one"),
        pytest.param("Host other\n User e\n", "user", "", id="nothing"),
    ],
)
def test_both_of_its_names_count(tmp_path: Path, config: str, user: str, jump: str) -> None:
    """A configuration may speak of a node's name or of its address; what any host gets counts least."""
    login = login_by(tmp_path, config)
    assert (login.user, login.way.through if login.way else "", login.host) == (user, jump, ADDRESS)


def test_host_name_by_name(tmp_path: Path) -> None:
    """A HostName is where it is connected to; without one, the inventory's address."""
    assert login_by(tmp_path, "Host user-worker\n HostName 192.0.2.7\n").host == "192.0.2.7"


def test_included_file_counts(tmp_path: Path) -> None:
    """What stands in a file named by Include counts."""
    (tmp_path / "boards").write_text(f"Host {NODE}\n User nvidia\n Port 2222\n")
    login = login_by(tmp_path, f"Include {tmp_path}/board?\n")
    assert (login.user, login.port) == ("nvidia", 2222)


def test_without_ssh_included_files_are_said_to_be_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no ssh program the file alone is read, by name and address, and what it includes is named."""
    monkeypatch.setenv("PATH", str(tmp_path))
    login = login_by(tmp_path, "Include boards\nHost user-*\n Port 2222\nHost 192.168.*\n User nvidia\n")
    assert (login.user, login.port) == ("nvidia", 2222)
    assert "passed over: Include boards" in login.note


def test_without_ssh_and_without_include_nothing_is_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that includes nothing is whole."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert login_by(tmp_path, "Host *\n User nvidia\n").note == ""


def test_inventory_counts_more(tmp_path: Path) -> None:
    """A node's own user, port and jump come first, then those under ssh:, then the configuration's."""
    config = "Host *\n User c\n Port 3\n ProxyJump gate-c\n"
    own = {"user": "n", "port": 1, "jump": "gate-n"}
    found = login_by(tmp_path, config, own, user="s", port=2, jump="gate-s")
    assert (found.user, found.port, found.way and found.way.through) == ("n", 1, "gate-n")
    found = login_by(tmp_path, config, user="s", port=2, jump="gate-s")
    assert (found.user, found.port, found.way and found.way.through) == ("s", 2, "gate-s")
    found = login_by(tmp_path, config)
    assert (found.user, found.port, found.way and found.way.through) == ("c", 3, "gate-c")


def test_jump_none_goes_straight(tmp_path: Path) -> None:
    """A node whose jump is none needs no ProxyCommand of the configuration either."""
    assert login_by(tmp_path, "Host *\n ProxyCommand nc gate %p\n", {"jump": "none"}).way is None


@pytest.mark.parametrize(
    ("node", "ssh", "config", "words"),
    [
        ({"user": "n"}, {}, "", "nodes.user-worker.user"),
        ({}, {"user": "s"}, "", "ssh.user"),
        ({}, {}, "Host *\n User c\n", "ssh's configuration, "),
        ({}, {}, "", "edgeproof's default"),
    ],
)
def test_whence_the_user(tmp_path: Path, node: dict[str, Any], ssh: dict[str, Any], config: str, words: str) -> None:
    """A login knows who named its user."""
    assert words in login_by(tmp_path, config, node, **ssh).user_from


def test_files_and_tokens(tmp_path: Path) -> None:
    """Key files and known_hosts are those that the configuration names, tokens and ~ filled in."""
    config = (
        "Host *\n IdentityFile ~/.ssh/%n-%r\n IdentitiesOnly yes\n HostKeyAlias board\n UserKnownHostsFile /x/a /x/b\n"
    )
    login = login_by(tmp_path, config)
    assert login.key_files == (tmp_path / ".ssh" / "user-worker-user",)
    assert login.known_hosts[:2] == (Path("/x/a"), Path("/x/b"))
    assert Path("/etc/ssh/ssh_known_hosts") in login.known_hosts
    assert (login.known_names, login.identities_only) == (("board",), True)


def test_inventory_known_hosts_count_more(tmp_path: Path) -> None:
    """A known_hosts that the inventory names is the user's, whatever the configuration says."""
    login = login_by(tmp_path, "Host *\n UserKnownHostsFile /x/a\n", known_hosts=tmp_path / "own")
    assert login.known_hosts[0] == tmp_path / "own"
    assert login.options[-2:] == ("-o", f"UserKnownHostsFile={tmp_path / 'own'}")


def test_damaged_configuration(tmp_path: Path) -> None:
    """A configuration that ssh refuses is an error in ssh's own words, with file and line."""
    with pytest.raises(SshConfigInvalid, match=f"{tmp_path}/config: line 2: Bad configuration option: userr"):
        login_by(tmp_path, "Host *\n Userr x\n")


def test_configuration_that_is_not_there(tmp_path: Path) -> None:
    """A configuration that the inventory names, and that is not there, is said so."""
    nodes = {NODE: {"address": ADDRESS, "role": "server"}}
    inventory = Inventory.model_validate({"nodes": nodes, "ssh": {"config": tmp_path / "gone"}})
    with pytest.raises(SshConfigInvalid, match="gone: no such file"):
        login_for(inventory, inventory.server)


def test_slow_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A configuration whose programs do not end costs the time limit."""
    monkeypatch.setattr("edgeproof.limits.SSH_CONFIG_S", 0.3)
    with pytest.raises(SshConfigInvalid, match="no answer within"):
        login_by(tmp_path, 'Match exec "exec sleep 5"\n User a\n')


def test_commands_for_a_person(tmp_path: Path) -> None:
    """The commands in fixes have the port, the user and the way that are used."""
    login = login_by(tmp_path, "Host *\n User nvidia\n Port 2222\n ProxyJump gate\n")
    assert login.ssh_copy_id == f"ssh-copy-id -o ProxyJump=gate -p 2222 nvidia@{ADDRESS}"
    assert login.ssh == f"ssh -F {tmp_path}/config -J gate -p 2222 nvidia@{ADDRESS}"
    assert os.environ["HOME"] == str(tmp_path)
