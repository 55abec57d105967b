"""`edgeproof record`: what a node prints becomes a file of samples that the parsers' selftests read, with nothing of the owner's in them."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from edgeproof.bundle import Samples, record_samples
from edgeproof.connect.sudo import SudoPassword
from edgeproof.errors import BundleError
from edgeproof.inventory import Inventory
from selftest.connect.loopback_board import put_first
from selftest.facts.sample import samples_of_board
from selftest.facts.test_samples import wrong_in

TOKEN = "K10" + "a1" * 32 + "::server:5f2c9a7e1b3d4860"
PROGRAMS = {
    "sudo": 'shift; [ "$1" = -n ] && shift; exec "$@"\n',
    "docker": "echo 'Cannot connect to the Docker daemon' >&2; exit 1\n",
    "hostname": "echo user-desktop\n",
    "nvpmodel": f"echo 'NV Power Mode: MAXN'; echo 0; echo 'token: {TOKEN}' >&2; exit 3\n",
    "ping": "exit 1\n",
    "jetson_clocks": "exit 1\n",
    "journalctl": "exit 1\n",
    "systemctl": "exit 1\n",
    "dmesg": "exit 1\n",
}


@pytest.fixture(autouse=True)
def _programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A board's commands before the machine's own."""
    put_first(PROGRAMS, tmp_path / "bin", monkeypatch)


def record(inventory: Inventory, into: Path, name: str = "new-board", node: str = "user-desktop") -> Path:
    """Record the board into a folder."""
    return record_samples(Samples(inventory, node, into, name), SudoPassword(), lambda _: None)


@pytest.fixture
def recorded(known: Inventory, tmp_path: Path) -> Path:
    """The file of a recorded board."""
    return record(known, tmp_path / "boards")


def test_it_is_a_sample(recorded: Path) -> None:
    """The selftest of samples takes the file as it is: each fact has its parser, which reads it as it says there."""
    topics = {sample.topic for sample in samples_of_board(recorded)}
    assert topics > {"platform", "hostname", "swap", "docker", "power_mode", "k3s"}
    assert wrong_in(recorded) == []


def test_another_reading_is_told(recorded: Path) -> None:
    """Where a parser reads something else than the file says, or the file does not say where it is from, that is told."""
    said = yaml.safe_load(recorded.read_text())
    said["facts"]["swap"]["gives"] = {"at_boot": ["/swapfile"]}
    recorded.write_text(yaml.safe_dump(said | {"origin": "hearsay", "date": ""}))
    assert [line.split(":")[0] for line in wrong_in(recorded)] == [
        "no date",
        "origin is neither lab, board nor made",
        "swap",
    ]


def test_streams_and_status_are_kept(recorded: Path) -> None:
    """What came on standard output and on standard error, and the exit status, stand in the file."""
    found = {sample.topic: sample.output for sample in samples_of_board(recorded)}
    assert "NV Power Mode: MAXN" in found["power_mode"].stdout
    assert found["machine_id"].status == 0


def test_nothing_of_the_owner_s(recorded: Path) -> None:
    """Neither a token nor the node's name is in it."""
    whole = recorded.read_text()
    assert "5f2c9a7e1b3d4860" not in whole
    assert "user-desktop" not in whole
    assert "node-1" in whole


def test_name_that_is_there(recorded: Path, known: Inventory) -> None:
    """Under a name that is there already nothing is written."""
    before = recorded.read_text()
    with pytest.raises(BundleError, match="there already"):
        record(known, recorded.parent)
    assert recorded.read_text() == before


def test_unknown_node(known: Inventory, tmp_path: Path) -> None:
    """A name that is no node's ends with those that are."""
    with pytest.raises(BundleError, match="nano: no node") as caught:
        record(known, tmp_path, node="nano")
    assert "user-desktop" in caught.value.fix
