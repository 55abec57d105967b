"""Where a login's values come from: the inventory, then ~/.ssh/config, then ~/.ssh's own keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from edgeproof.connect.login import login_for
from edgeproof.errors import KeyRefused
from edgeproof.inventory import Inventory
from selftest.connect.keys import write_locked_key

CONFIG = """Host user-desktop
  HostName 192.0.2.7
  Port 2200
  User somebody
  IdentityFile ~/.ssh/board
  ProxyJump gateway
"""


def inventory_with(folder: Path, **ssh: object) -> Inventory:
    """Make an inventory whose ~/.ssh/config knows the node."""
    (folder / "config").write_text(CONFIG)
    node = {"address": "192.168.10.1", "role": "server"}
    return Inventory.model_validate({"nodes": {"user-desktop": node}, "ssh": {"config": folder / "config", **ssh}})


def test_config_counts(tmp_path: Path) -> None:
    """What the inventory leaves open is taken from ~/.ssh/config, by the node's name."""
    inventory = inventory_with(tmp_path)
    login = login_for(inventory, inventory.server)
    assert (login.host, login.port, login.user, login.way and login.way.through) == (
        "192.0.2.7",
        2200,
        "somebody",
        "gateway",
    )
    assert login.key_files == (tmp_path / ".ssh" / "board",)


def test_inventory_counts_more(tmp_path: Path) -> None:
    """What the inventory says is not overruled by ~/.ssh/config."""
    inventory = inventory_with(tmp_path, user="user", port=22, key=tmp_path / "own", jump="hop")
    login = login_for(inventory, inventory.server)
    assert (login.port, login.user, login.key_files) == (22, "user", (tmp_path / "own",))
    assert login.way is not None
    assert login.way.through == "hop"


@pytest.mark.parametrize(
    ("text", "words"),
    [(None, "does not exist"), ("no key", "not a readable private key"), ("locked", "has a passphrase")],
)
def test_given_key_that_cannot_be_used(tmp_path: Path, text: str | None, words: str) -> None:
    """A key that the inventory names, and that is absent, none, or locked, is an error that says which."""
    file = tmp_path / "own"
    if text == "locked":
        write_locked_key(file)
    elif text is not None:
        file.write_text(text)
    inventory = inventory_with(tmp_path, key=file)
    with pytest.raises(KeyRefused, match=words) as caught:
        list(login_for(inventory, inventory.server).offered_keys())
    assert caught.value.fix
