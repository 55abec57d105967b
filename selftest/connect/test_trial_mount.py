"""The mount by hand needs root: what sudo refuses is not laid at the mount's door."""

from __future__ import annotations

from pathlib import Path

import pytest

from edgeproof.connect.sudo import SudoPassword
from edgeproof.facts.observed import reason
from edgeproof.inventory import Inventory
from edgeproof.trial.mounts import try_mount
from selftest.connect.loopback_board import put_first

ASKS = "sudo: a password is required"
PROGRAMS = {
    "sudo": f"""[ "$1" = -S ] || {{ echo '{ASKS}' >&2; exit 1; }}
IFS= read -r given; [ "$given" = right ] || {{ echo 'sudo: 1 incorrect password attempt' >&2; exit 1; }}
shift 3; exec "$@"
""",
    "mount": "echo 'mount.nfs: access denied by server while mounting'; exit 32\n",
    "umount": "exit 32\n",
}


@pytest.fixture(autouse=True)
def _programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sudo that asks, and a mount that mounts nothing, before the machine's own."""
    put_first(PROGRAMS, tmp_path / "bin", monkeypatch)


def test_password_reaches_it(known: Inventory) -> None:
    """With the password the mount is tried, and its own words come back."""
    found = try_mount(known, known.server, SudoPassword(given="right"))
    assert found.complaint == "mount.nfs: access denied by server while mounting"


@pytest.mark.parametrize("given", ["", "wrong"])
def test_refused_sudo_blocks(known: Inventory, given: str) -> None:
    """Without it, or with a wrong one, nothing is known of the mount."""
    found = try_mount(known, known.server, SudoPassword(given=given))
    assert reason(found, "complaint") == "needs root, and sudo does not work (see the check sudo)"
