"""Boot target, swap, memory."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from edgeproof.facts.node.snippets import SNIPPETS
from edgeproof.facts.observed import Facts, Unobserved
from edgeproof.facts.probe import Output, Probe
from edgeproof.facts.snippet import snippet
from edgeproof.inventory import Inventory, Node

KIB = 1024

DESKTOPS = frozenset({"graphical.target", "runlevel5.target"})
"""Boot targets that start the display manager, if there is one (systemd.special(7)): Ubuntu Server has graphical.target and none."""


@dataclass(frozen=True, repr=False)
class Headless(Facts):
    """The default boot target, whether a display manager is installed, and those that run."""

    target: str
    display_manager: bool
    running: tuple[str, ...]

    @property
    def desktop(self) -> tuple[str, ...]:
        """Name what starts or runs a desktop: the boot target where it has a display manager to start, running ones."""
        return (*(target for target in (self.target,) if target in DESKTOPS and self.display_manager), *self.running)


def parse_headless(output: Output) -> Headless | Unobserved:
    """`systemctl get-default`; `starts display-manager` where one is installed; running ones, one a line."""
    lines = [line.strip() for line in output.stdout.splitlines() if line.strip()]
    target = next((line for line in lines if line.endswith(".target")), "")
    if not target:
        return Unobserved("systemctl get-default printed no target")
    running = tuple(line for line in lines if line.endswith(".service"))
    return Headless(target, "starts display-manager" in lines, running)


HEADLESS = Probe("headless", snippet(SNIPPETS, "headless"), parse_headless)


@dataclass(frozen=True)
class SwapDevice:
    """One line of /proc/swaps."""

    name: str
    kind: str
    size_bytes: int

    def __repr__(self) -> str:
        return f"{self.name} ({self.kind}, {self.size_bytes >> 20} MiB)"


@dataclass(frozen=True, repr=False)
class Swap(Facts):
    """Swap in use now, and what will make it again at the next boot: units, and sources in /etc/fstab."""

    devices: tuple[SwapDevice, ...]
    at_boot: tuple[str, ...]

    @property
    def units(self) -> tuple[str, ...]:
        """The units among what makes it at boot."""
        return tuple(name for name in self.at_boot if "/" not in name and name.endswith((".service", ".swap")))

    @property
    def zram_units(self) -> tuple[str, ...]:
        """Those of them that make it on compressed memory."""
        return tuple(name for name in self.units if "zram" in name)

    @property
    def in_fstab(self) -> tuple[str, ...]:
        """The others: what /etc/fstab names."""
        return tuple(name for name in self.at_boot if name not in self.units)

    @property
    def on_zram(self) -> bool:
        """Whether compressed memory is or will be swap."""
        return any(device.kind == "zram" for device in self.devices) or bool(self.zram_units)

    @property
    def on_disk(self) -> tuple[str, ...]:
        """Files and partitions that are or will be swap, each once."""
        return tuple(dict.fromkeys([*(d.name for d in self.devices if d.kind != "zram"), *self.in_fstab]))


def parse_swap(output: Output) -> Swap | Unobserved:
    """/proc/swaps, then `fstab:` and `unit:` lines of what brings swap back."""
    if not re.search(r"^\s*Filename\s+Type", output.stdout, re.M):
        return Unobserved("/proc/swaps could not be read")
    devices, at_boot = [], []
    for line in output.stdout.splitlines():
        words = line.split()
        if line.startswith(("fstab:", "unit:")):
            at_boot.append(line.split(":", 1)[1].strip())
        elif len(words) >= 5 and words[0].startswith("/") and re.fullmatch(r"[0-9]{1,15}", words[2]):
            kind = "zram" if words[0].startswith("/dev/zram") else words[1]
            devices.append(SwapDevice(words[0], kind, int(words[2]) * KIB))
    return Swap(tuple(devices), tuple(at_boot))


SWAP = Probe("swap", snippet(SNIPPETS, "swap"), parse_swap)


@dataclass(frozen=True, repr=False)
class Memory(Facts):
    """/proc/meminfo."""

    total_bytes: int
    available_bytes: int


def parse_memory(output: Output) -> Memory | Unobserved:
    """Lines `MemTotal: N kB` and `MemAvailable: N kB`."""
    found = {name: int(kib) * KIB for name, kib in re.findall(r"^(Mem\w+):\s+([0-9]{1,15}) kB", output.stdout, re.M)}
    if "MemTotal" not in found or "MemAvailable" not in found:
        return Unobserved("/proc/meminfo has no total or no available memory")
    return Memory(found["MemTotal"], found["MemAvailable"])


MEMORY = Probe("memory", "cat /proc/meminfo", parse_memory)


@dataclass(frozen=True, repr=False)
class SystemFacts(Facts):
    """Layer 4: the system on the node."""

    headless: Headless
    swap: Swap
    memory: Memory


def probes(inventory: Inventory, node: Node) -> tuple[Probe[Any], ...]:
    """Give the probes of `SystemFacts`, by its fields' names."""
    return (HEADLESS, SWAP, MEMORY)
