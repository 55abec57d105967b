"""The boards that a node can be: folders of files in lab/boards, each with its source, laid out as a node takes them."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from lab.cache import kept
from lab.errors import LabError
from lab.places import SOURCE

BOARDS = SOURCE / "boards"
DEFAULT = "nano"
VERIFY_IN_MIXED = "lab/tensorflow:1"
"""What a node's own image for the GPU's proof is called, too: an inventory has one name for all nodes."""
IN_NODE = "/opt/lab/board"
"""Where a node finds its board's folder, read-only."""
EXPECTED_S = 1.0
STATUS = "Package: {name}\nStatus: install ok installed\nArchitecture: all\nMaintainer: simulated\nVersion: {version}\nDescription: simulated by edgeproof's lab\n\n"
"""A stanza of dpkg's status file; of architecture all, as a node is no arm64 machine."""


@dataclass(frozen=True)
class Board:
    """A board as its board.yaml describes it.

    `mode` is the power mode that an inventory must declare, '' where the suite finds the fastest itself; `worker_base` an image that no
    table of the suite has. `images` name what the lab's stand-ins of torch and TensorFlow are called on this board.
    """

    name: str
    said: Mapping[str, Any]

    @property
    def folder(self) -> Path:
        """Where its files lie."""
        return BOARDS / self.name

    @property
    def images(self) -> Mapping[str, str]:
        """The stand-in images by what they are: pytorch, tensorflow."""
        return dict(self.said["images"])

    @property
    def mode(self) -> str:
        """The power mode to be declared, or ''."""
        return str(self.said.get("mode", ""))

    @property
    def worker_base(self) -> Mapping[str, str]:
        """The base image to be declared, by L4T."""
        return dict(self.said.get("worker_base", {}))

    @property
    def is_older(self) -> bool:
        """Whether its image of torch has an older Python and torch than today's, in a lab of several kinds of boards."""
        return bool(self.said.get("older_software", False))

    def laid_out(self) -> Path:
        """Give a folder in the cache with all that a node needs to be this board."""
        return kept(f"board-{self.name}", [self.folder, Path(__file__)], EXPECTED_S, self._lay_out)

    def _lay_out(self, part: Path) -> None:
        part.mkdir()
        shutil.copytree(self.folder / "files", part / "files")
        for folder, files in self.said["kernel"].items():
            target = part / "kernel" / folder.lstrip("/")
            target.mkdir(parents=True)
            for name, value in files.items():
                (target / name).write_text(_as_kernel(value))
        packages = [STATUS.format(name=name, version=version) for name, version in self.said["packages"].items()]
        (part / "packages").write_text("".join(packages))
        (part / "devices").write_text("".join(f"{' '.join(device)}\n" for device in self.said["devices"]))
        (part / "name").write_text(f"{self.name}\n")
        for program in ("nvpmodel", "clocks", "tegrastats"):
            (part / program).write_text(self.said[program])


def _as_kernel(value: object) -> str:
    """Write a file as the kernel shows it: a line, but properties of the device tree end in NUL, and a part that is off shows nothing."""
    text = str(value)
    return text if not text or text.endswith("\0") else f"{text}\n"


def known_boards() -> tuple[str, ...]:
    """Name the boards that there are."""
    return tuple(sorted(file.parent.name for file in BOARDS.glob("*/board.yaml")))


@cache
def board_of(name: str) -> Board:
    """Give the board of that name; raises LabError, naming those known."""
    if name not in known_boards():
        raise LabError(f"no board {name or '(without a name)'}; known: {', '.join(known_boards())}")
    return Board(name, yaml.safe_load((BOARDS / name / "board.yaml").read_text()))


def boards_of(names: str, nodes: int) -> tuple[Board, ...]:
    """Give each node's board, by names with commas between: one for all nodes, or one for each, the server's first."""
    boards = tuple(board_of(name.strip()) for name in names.split(","))
    if len(boards) not in (1, nodes):
        raise LabError(
            f"--boards {names}: {len(boards)} boards for {nodes} nodes; name one for all, or each node's, the server's first"
        )
    return boards * nodes if len(boards) == 1 else boards


def renaming(board: Board) -> str:
    """Give shell text that calls the stand-in images in a node's Docker as this board's real ones are called, and no longer as a Nano's are."""
    pairs = [(name, board.images[what]) for what, name in board_of(DEFAULT).images.items()]
    words = [
        f"docker tag {shlex.quote(old)} {shlex.quote(new)}; docker rmi {shlex.quote(old)}"
        for old, new in pairs
        if old != new
    ]
    return "; ".join([*words, f"docker tag {shlex.quote(board.images['tensorflow'])} {VERIFY_IN_MIXED}"])
