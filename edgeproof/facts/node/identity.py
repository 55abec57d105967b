"""What board this is, what it is called, and whether it is one at all."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from edgeproof.facts.node.snippets import SNIPPETS
from edgeproof.facts.observed import Facts, Unobserved
from edgeproof.facts.probe import Output, Probe
from edgeproof.facts.snippet import snippet
from edgeproof.inventory import Inventory, Kind, Node

JETPACK = {
    "32.1.0": "4.2", "32.3.1": "4.3", "32.4.3": "4.4", "32.4.4": "4.4.1", "32.5.0": "4.5", "32.5.1": "4.5.1",
    "32.5.2": "4.5.1", "32.6.1": "4.6", "32.7.1": "4.6.1", "32.7.2": "4.6.2", "32.7.3": "4.6.3", "32.7.4": "4.6.4",
    "32.7.5": "4.6.5", "32.7.6": "4.6.6", "34.1.0": "5.0 DP", "34.1.1": "5.0.1 DP", "35.1.0": "5.0.2", "35.2.1": "5.1",
    "35.3.1": "5.1.1", "35.4.1": "5.1.2", "35.5.0": "5.1.3", "35.6.0": "5.1.4", "35.6.1": "5.1.5", "36.3.0": "6.0",
    "36.4.0": "6.1", "36.4.2": "6.1.1", "36.4.3": "6.2", "36.4.4": "6.2.1", "36.4.7": "6.2.1", "36.5.0": "6.2.2",
    "38.2.0": "7.0", "38.2.2": "7.0", "38.4.0": "7.1",
}  # fmt: skip
"""JetPack by L4T release, from NVIDIA's release lists (developer.nvidia.com/embedded/jetpack-archive)."""


@dataclass(frozen=True, repr=False)
class Platform(Facts):
    """Architecture and kernel; L4T release, JetPack and board model, '' where there is none."""

    architecture: str
    kernel: str
    l4t: str
    jetpack: str
    model: str

    @property
    def kind(self) -> Kind:
        """Tell what machine it is: a Jetson has an L4T release or says so in its model."""
        return "jetson" if self.l4t or "Jetson" in self.model else "other"

    def __str__(self) -> str:
        release = f"L4T {self.l4t}" if self.l4t else "no L4T"
        jetpack = f" = JetPack {self.jetpack}" if self.jetpack else ""
        return f"{self.model or self.architecture}, {release}{jetpack}, kernel {self.kernel}"


def parse_platform(output: Output) -> Platform | Unobserved:
    """Lines `arch X`, `kernel X`, `model X`, and nv_tegra_release's first line as it is."""
    text = output.stdout
    field = {key: value.strip() for key, value in re.findall(r"^(arch|kernel|model) (.*)$", text, re.M)}
    if "arch" not in field or "kernel" not in field:
        return Unobserved("uname told no architecture or no kernel")
    release = re.search(r"# R(\d+) \(release\), REVISION: (\d+(?:\.\d+)*)", text)
    package = re.search(r"^nvidia-l4t-core\s+(\d+\.\d+(?:\.\d+)?)-", text, re.M)
    l4t = f"{release[1]}.{release[2]}" if release else package[1] if package else ""
    return Platform(field["arch"], field["kernel"], l4t, JETPACK.get(l4t, ""), field.get("model", "").replace("\0", ""))


PLATFORM = Probe("platform", snippet(SNIPPETS, "platform"), parse_platform)


@dataclass(frozen=True, repr=False)
class Hostname(Facts):
    """What `hostname` prints, and whether the node resolves that name itself."""

    name: str
    resolves: bool


def parse_hostname(output: Output) -> Hostname | Unobserved:
    """First line: the name; then `resolves` or nothing."""
    lines = output.stdout.split()
    if not lines or lines[0] == "resolves":
        return Unobserved("hostname printed nothing")
    return Hostname(lines[0], "resolves" in lines[1:])


HOSTNAME = Probe("hostname", snippet(SNIPPETS, "hostname"), parse_hostname)


def parse_machine_id(output: Output) -> str | Unobserved:
    """/etc/machine-id: 32 hexadecimal digits (machine-id(5))."""
    match = re.search(r"^[0-9a-f]{32}$", output.stdout.strip(), re.M)
    return match[0] if match else Unobserved("/etc/machine-id holds no machine id")


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
