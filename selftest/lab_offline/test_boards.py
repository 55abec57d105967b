"""The lab's boards: what the suite reads of each one's files is what its board.yaml says, with the source of it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from edgeproof.facts.node.clocks import CLOCKS, Clocks
from edgeproof.facts.node.identity import PLATFORM, Platform
from edgeproof.facts.node.over_current import parse_over_current
from edgeproof.facts.node.power import POWER_MODE, PowerMode
from edgeproof.facts.node.power_rails import POWER_RAILS, PowerRails
from edgeproof.facts.node.snippets import SNIPPETS
from edgeproof.facts.node.tegrastats import Tegrastats, parse_tegrastats
from edgeproof.facts.node.thermal import THERMAL, Thermal
from edgeproof.facts.observed import Blocked
from edgeproof.facts.probe import Output
from edgeproof.facts.snippet import snippet
from edgeproof.inventory import Inventory
from edgeproof.workload.bases import base_for, misfit
from lab.board import Board, board_of, boards_of, known_boards
from lab.errors import LabError
from lab.lab import Plan
from selftest.lab_offline.board_root import BoardRoot
from tests_node.test_4_system import LEAST_HEADROOM_CELSIUS

LISTS = "etc/nvidia-container-runtime/host-files-for-container.d"


@pytest.fixture(params=known_boards())
def root(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BoardRoot:
    """Each board, laid out."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return BoardRoot(board_of(request.param), tmp_path / "node")


def platform_of(root: BoardRoot) -> Platform:
    """What machine the suite takes it for."""
    found = PLATFORM.parse(root.run(PLATFORM.snippet))
    assert isinstance(found, Platform)
    return found


def power_mode_of(root: BoardRoot) -> PowerMode:
    """What the suite reads of its power modes."""
    found = POWER_MODE.parse(root.run(POWER_MODE.snippet))
    assert isinstance(found, PowerMode)
    return found


def clocks_of(root: BoardRoot) -> Clocks:
    """What the suite reads of its clocks."""
    found = CLOCKS.parse(root.run(CLOCKS.snippet))
    assert isinstance(found, Clocks)
    return found


def test_every_value_has_a_source(root: BoardRoot) -> None:
    """The head of each board.yaml says where forms and values are from."""
    assert all(str(source).strip() for source in root.board.said["source"].values())


def test_platform(root: BoardRoot) -> None:
    """SoC, module and L4T are the board's, and package and file tell the same release."""
    found, says = platform_of(root), root.board.said["says"]
    assert (found.kind, found.soc, found.module, found.l4t) == ("jetson", says["soc"], says["module"], says["l4t"])
    assert found.model == root.board.said["kernel"]["/sys/firmware/devicetree/base"]["model"].rstrip("\0")
    assert found.package == ""


@pytest.mark.skipif(shutil.which("dpkg-query") is None, reason="no dpkg-query here")
def test_packages(root: BoardRoot) -> None:
    """A node's dpkg tells the release that the board's file tells."""
    told = root.run("dpkg-query -W nvidia-l4t-core").stdout
    assert re.fullmatch(rf"nvidia-l4t-core\t{re.escape(root.board.said['says']['l4t'])}-[0-9]{{14}}\n", told)


def test_power_mode(root: BoardRoot) -> None:
    """It is in its fastest mode, or in the one that its inventory declares, where nobody can tell the fastest."""
    found, says = power_mode_of(root), root.board.said["says"]
    assert [mode.name for mode in found.conf] == says["modes"]
    if root.board.mode:
        with pytest.raises(Blocked):
            _ = found.fastest
    else:
        assert str(found.fastest) == says["fastest"]
    assert found.present == found.wanted(root.board.mode or "max")


def test_every_power_mode(root: BoardRoot) -> None:
    """In each mode nvpmodel tells it, and jetson_clocks shows as many cores online as its conf has."""
    for mode in power_mode_of(root).conf:
        assert mode.id is not None
        root.set_mode(mode.id)
        assert power_mode_of(root).present == mode
        shown = root.run("jetson_clocks --show").stdout
        assert (shown.count(" Online=1 Governor"), shown.count("cpu")) == (mode.cores, root.board.said["says"]["cores"])
        assert shown.endswith(f"NV Power Mode: {mode.name}\n")


def test_clocks(root: BoardRoot) -> None:
    """Free before jetson_clocks has run, in every mode, and pinned after it."""
    modes = [mode.id for mode in power_mode_of(root).conf if mode.id is not None]
    for mode in modes:
        root.set_mode(mode)
        assert clocks_of(root).pinned == ()
    root.run("jetson_clocks")
    for mode in modes:
        root.set_mode(mode)
        assert clocks_of(root).pinned == ("CPU", "GPU", "memory")
    root.run("jetson_clocks --restore")
    assert clocks_of(root).pinned == ()


def test_thermal(root: BoardRoot) -> None:
    """It is cool, with several trip points, the least passive one of which is the said."""
    found = THERMAL.parse(root.run(THERMAL.snippet))
    assert isinstance(found, Thermal)
    assert min(zone.trip for zone in found.zones if zone.trip is not None) == root.board.said["says"]["trip"]
    assert found.least_headroom_celsius > LEAST_HEADROOM_CELSIUS


def test_over_current(root: BoardRoot) -> None:
    """Its counters, where it has them, tell of no fault."""
    assert parse_over_current(root.run(snippet(SNIPPETS, "over_current", pause_s="0"))).events == ()


def test_power(root: BoardRoot) -> None:
    """Monitors and tegrastats tell the same rails, and the same watts."""
    rails = POWER_RAILS.parse(root.run(POWER_RAILS.snippet))
    line = parse_tegrastats(Output((root.folder / "opt/lab/board/tegrastats").read_text()))
    assert isinstance(rails, PowerRails)
    assert isinstance(line, Tegrastats)
    assert (rails.input.name if rails.input else "") == root.board.said["says"]["input"]
    assert {rail.name: rail.watts for rail in line.rails} == pytest.approx(
        {rail.name: rail.watts for rail in rails.rails}, abs=0.02
    )
    assert (line.cores, line.cores_off) == (root.board.said["says"]["cores"], 0)
    assert line.celsius != ()


def test_mount_lists(root: BoardRoot) -> None:
    """What NVIDIA's runtime is to bring into containers is there, and all that the stand-in of CUDA asks for is brought."""
    devices = {path for path, _, _ in root.board.said["devices"]}
    listed = [
        line.split(", ") for file in (root.folder / LISTS).glob("*.csv") for line in file.read_text().splitlines()
    ]
    brought = {path for kind, path in listed if kind == "dev"}
    libraries = [root.folder / path.lstrip("/") for kind, path in listed if kind == "lib"]
    assert brought <= devices
    assert [library.exists() for library in libraries] == [True]
    asked = re.search(r"^devices=(.+)$", libraries[0].read_text(), re.M)
    assert asked is not None
    assert set(asked[1].split()) <= brought


def test_images(root: BoardRoot) -> None:
    """Its image of torch is the one that the suite builds the worker on, and fits its L4T."""
    nodes = {"a": {"address": "192.168.10.1", "role": "server"}}
    inventory = Inventory.model_validate({"nodes": nodes, "images": {"worker_base": root.board.worker_base or None}})
    base = base_for(inventory, platform_of(root))
    assert (base, misfit(base, platform_of(root))) == (root.board.images["pytorch"], "")


@pytest.mark.parametrize(
    ("names", "nodes", "meant"),
    [
        ("nano", 3, ["nano", "nano", "nano"]),
        ("nano,orin-nano", 2, ["nano", "orin-nano"]),
        ("nano, agx-orin", 2, ["nano", "agx-orin"]),
    ],
)
def test_names(names: str, nodes: int, meant: list[str]) -> None:
    """One for all, or one for each."""
    assert [board.name for board in boards_of(names, nodes)] == meant


@pytest.mark.parametrize("names", ["pico", "nano,pico,nano", "", "nano,,nano", "../boards/nano"])
def test_unknown_name(names: str) -> None:
    """The message names those known."""
    with pytest.raises(LabError, match=r"no board .*known: agx-orin, nano, orin-nano, other, xavier-nx"):
        Plan(boards=names)


def test_wrong_number() -> None:
    """So many boards for so many nodes."""
    with pytest.raises(LabError, match="2 boards for 3 nodes"):
        Plan(boards="nano,orin-nano")


def test_a_nanos_image_names_are_the_suites_defaults() -> None:
    """The default lab's inventory names no images."""
    assert (
        Board("nano", board_of("nano").said).images["tensorflow"] == Inventory.model_fields["images"].default.gpu_verify
    )
