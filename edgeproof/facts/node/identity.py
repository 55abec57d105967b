"""What board this is, what it is called, and whether it is one at all."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from edgeproof.facts.node.image_kind import ARCHITECTURES, image_kind, l4t_branch
from edgeproof.facts.node.snippets import SNIPPETS
from edgeproof.facts.observed import Facts, Unobserved, unobserved
from edgeproof.facts.probe import Output, Probe
from edgeproof.facts.snippet import snippet
from edgeproof.inventory import Inventory, Kind, Node

JETPACK = {
    "28.1.0": "3.1", "28.2.0": "3.2", "28.2.1": "3.3", "28.4.0": "3.3.3", "31.0.1": "4.0", "31.0.2": "4.1",
    "31.1.0": "4.1.1", "32.1.0": "4.2", "32.2.0": "4.2.1", "32.2.1": "4.2.2", "32.2.3": "4.2.3", "32.3.1": "4.3",
    "32.4.2": "4.4 DP", "32.4.3": "4.4", "32.4.4": "4.4.1", "32.5.0": "4.5", "32.5.1": "4.5.1", "32.5.2": "4.5.1",
    "32.6.1": "4.6", "32.7.1": "4.6.1", "32.7.2": "4.6.2", "32.7.3": "4.6.3", "32.7.4": "4.6.4", "32.7.5": "4.6.5",
    "32.7.6": "4.6.6", "34.1.0": "5.0 DP", "34.1.1": "5.0.1 DP", "35.1.0": "5.0.2", "35.2.1": "5.1", "35.3.1": "5.1.1",
    "35.4.1": "5.1.2", "35.5.0": "5.1.3", "35.6.0": "5.1.4", "35.6.1": "5.1.5", "35.6.2": "5.1.5", "36.2.0": "6.0 DP",
    "36.3.0": "6.0", "36.4.0": "6.1", "36.4.2": "6.1.1", "36.4.3": "6.2", "36.4.4": "6.2.1", "36.4.7": "6.2.1",
    "36.5.0": "6.2.2", "38.2.0": "7.0", "38.2.2": "7.0", "38.4.0": "7.1", "39.2.0": "7.2",
}  # fmt: skip
"""JetPack by L4T release, from NVIDIA's release lists (developer.nvidia.com/embedded/jetpack-archive)."""

SOCS = {
    "Orin": "tegra234",
    "Xavier": "tegra194",
    "TX2": "tegra186",
    "Thor": "tegra264",
    "TX1": "tegra210",
    "Nano": "tegra210",
}
"""The SoC by a word of the board's model, where `compatible` does not tell; an Orin Nano is an Orin."""

OF_ONE_SIZE = frozenset(
    {
        "p3448-0000",
        "p3448-0002",
        "p3448-0003",
        "p3701-0004",
        "p3701-0005",
        "p3767-0000",
        "p3767-0001",
        "p3767-0003",
        "p3767-0004",
        "p3767-0005",
    }
)
"""Jetson modules whose number stands for one size of memory (Jetson Linux Developer Guide, Jetson Modules and Configurations).

A Xavier NX of 8 GB and one of 16 GB have one device tree.
"""

BOARDS = {"t210ref": "tegra210"}
"""The SoC by the BOARD of nv_tegra_release, where it stands for one alone."""


def _three_parts(release: str) -> str:
    """Write an L4T release with three parts at least: NVIDIA's files leave a last zero out."""
    parts = [part.lstrip("0") or "0" for part in release.split(".")]
    return ".".join([*parts, *["0"] * (3 - len(parts))])


def _numbers(release: str) -> tuple[int, ...]:
    return tuple(int(part) for part in release.split("."))


def jetpack_of(l4t: str) -> str:
    """Name the JetPack of an L4T release, by the nearest older one of its major where it is not known; '' without such."""
    if l4t in JETPACK:
        return JETPACK[l4t]
    older = [known for known in JETPACK if known.split(".")[0] == l4t.split(".")[0] and _numbers(known) < _numbers(l4t)]
    return f"{JETPACK[max(older, key=_numbers)]} or later" if older else ""


@dataclass(frozen=True, repr=False)
class Platform(Facts):
    """Architecture and kernel, what kind of machine, SoC and board model, L4T release and JetPack; '' where there is none.

    `package` is the release of the package nvidia-l4t-core, where that tells another one than NVIDIA's own file; `module` the number of the
    Jetson module, where it stands for one size of memory.
    """

    architecture: str
    kernel: str
    kind: Kind
    soc: str
    model: str
    l4t: str
    package: str
    jetpack: str
    module: str = ""

    @property
    def branch(self) -> str:
        """The releases whose images run on this one, too; '' without a release."""
        return l4t_branch(*_numbers(self.l4t)[:2]) if self.l4t else ""

    @property
    def l4t_major(self) -> str:
        """The first number of the L4T release; '' without one."""
        return self.l4t.partition(".")[0]

    @property
    def image_architecture(self) -> str:
        """The architecture as images call it."""
        return ARCHITECTURES.get(self.architecture, self.architecture)

    @property
    def image_kind(self) -> str:
        """Name the machines that images for this one run on, too."""
        return image_kind(self.image_architecture, self.l4t_major)

    def __str__(self) -> str:
        release = f"L4T {self.l4t}" if self.l4t else "no L4T"
        package = f" ({self.package} by its package)" if self.package else ""
        jetpack = f" = JetPack {self.jetpack}" if self.jetpack else ""
        return f"{self.model or self.architecture}, {release}{package}{jetpack}, kernel {self.kernel}"


def parse_platform(output: Output) -> Platform | Unobserved:
    """Lines `arch X`, `kernel X`, `model X`, `words COMPATIBLE…`, `tegra`, `nvidia`, and nv_tegra_release's first line."""
    text = output.stdout
    field = {key: value.strip() for key, value in re.findall(r"^(arch|kernel|model|words) (.*)$", text, re.M)}
    if "arch" not in field or "kernel" not in field:
        return Unobserved("uname printed no architecture or no kernel")
    found = re.search(r"# R([0-9]{1,4}) \(release\), REVISION: ([0-9]{1,4}(?:\.[0-9]{1,4})*)", text)
    packaged = re.search(r"^nvidia-l4t-core\s+([0-9]{1,4}(?:\.[0-9]{1,4})+)-", text, re.M)
    package = _three_parts(packaged[1]) if packaged else ""
    l4t = _three_parts(f"{found[1]}.{found[2]}") if found else package
    board = re.search(r"BOARD: (\w+)", text)
    model = field.get("model", "").replace("\0", "")
    soc = _soc(field.get("words", ""), model) or BOARDS.get(board[1] if board else "", "")
    jetson = bool(l4t or soc or re.search(r"^tegra$", text, re.M) or "jetson" in model.lower())
    card = bool(re.search(r"^nvidia$", text, re.M))
    return Platform(
        field["arch"], field["kernel"], "jetson" if jetson else "nvidia" if card else "other", soc, model,
        l4t, package if package != l4t else "", jetpack_of(l4t), _module(field.get("words", "")),
    )  # fmt: skip


def _soc(compatible: str, model: str) -> str:
    told = re.search(r"\bnvidia,(tegra[0-9]{3})\b", compatible)
    if told:
        return told[1]
    words = model.replace("-", " ").replace("_", " ").lower().split()
    names = (soc for word, soc in SOCS.items() if word.lower() in words)
    return next(names, "") if {"nvidia", "jetson"} & set(words) else ""


def _module(compatible: str) -> str:
    """Find the module's number: after the carrier's and a plus, as in nvidia,p3768-0000+p3767-0005-super."""
    told = re.search(r"^nvidia,[\w-]{1,40}\+(p[0-9]{4}-[0-9]{4})", compatible)
    return told[1] if told and told[1] in OF_ONE_SIZE else ""


PLATFORM = Probe("platform", snippet(SNIPPETS, "platform"), parse_platform)


@dataclass(frozen=True, repr=False)
class Hostname(Facts):
    """What `hostname` prints, and whether the node resolves that name itself."""

    name: str
    resolves: bool

    def in_full(self, declared: str) -> str:
        """Give the declared name where `hostname` prints it, whole or its first label alone, in any case; else what it prints."""
        printed = self.name.lower().rstrip(".")
        return declared if printed in (declared, declared.partition(".")[0]) else self.name


def parse_hostname(output: Output) -> Hostname | Unobserved:
    """First line: the name; then `resolves yes` or `resolves no`, or nothing where nobody could be asked."""
    lines = output.stdout.splitlines()
    if not lines or not lines[0].strip() or lines[0].startswith("resolves "):
        return Unobserved("hostname printed nothing")
    told = re.search(r"^resolves (yes|no)$", output.stdout, re.M)
    return Hostname(
        lines[0].strip(),
        told[1] == "yes" if told else unobserved("getent is not installed, so no name could be resolved"),
    )


HOSTNAME = Probe("hostname", snippet(SNIPPETS, "hostname"), parse_hostname)


def parse_machine_id(output: Output) -> str | Unobserved:
    """/etc/machine-id: 32 hexadecimal digits (machine-id(5))."""
    match = re.search(r"^[0-9a-f]{32}$", output.stdout.strip(), re.M)
    return match[0] if match else Unobserved("/etc/machine-id contains no machine id")


MACHINE_ID = Probe("machine_id", "cat /etc/machine-id", parse_machine_id)


def parse_simulated(output: Output) -> tuple[str, ...]:
    """What the lab says of itself in /etc/edgeproof-lab.json; nothing on a real board."""
    try:
        said = json.loads(output.stdout)
        return tuple(str(what)[:80] for what in said["simulated"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return ()


SIMULATED = Probe("simulated", "cat /etc/edgeproof-lab.json 2>/dev/null", parse_simulated)


@dataclass(frozen=True, repr=False)
class IdentityFacts(Facts):
    """Layers 1 and 2: the board, its names, whether it is one at all."""

    platform: Platform
    hostname: Hostname
    machine_id: str
    simulated: tuple[str, ...]


def probes(inventory: Inventory, node: Node) -> tuple[Probe[Any], ...]:
    """Give the probes of `IdentityFacts`, by its fields' names."""
    return (PLATFORM, HOSTNAME, MACHINE_ID, SIMULATED)
