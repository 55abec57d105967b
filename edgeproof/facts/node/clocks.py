"""Whether jetson_clocks has pinned a Jetson's clocks, and what pins them again at boot."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from edgeproof.facts.node.snippets import SNIPPETS
from edgeproof.facts.observed import Blocked, Facts, Unobserved, observed, unobserved
from edgeproof.facts.probe import Output, Probe
from edgeproof.facts.snippet import snippet
from edgeproof.inventory import Inventory, Node

PARTS = {"CPU": "cpu_pinned", "GPU": "gpu_pinned", "memory": "emc_pinned"}
"""What jetson_clocks pins, and the field that tells of it."""

NOT_AT_BOOT = frozenset({"disabled", "masked", "masked-runtime", "not-executable"})
"""States in which a unit (systemctl(1), is-enabled) or rc.local is surely not run at boot; others but enabled leave it open."""


@dataclass(frozen=True)
class BootSource:
    """What names jetson_clocks and could run it at boot: a unit, or a file; `state` as systemd says it."""

    name: str
    state: str

    def __str__(self) -> str:
        return f"{self.name} ({self.state})"


@dataclass(frozen=True, repr=False)
class Clocks(Facts):
    """Which clocks jetson_clocks has pinned, and what could pin them again at boot; unobserved part by part."""

    cpu_pinned: bool
    gpu_pinned: bool
    emc_pinned: bool
    boot_sources: tuple[BootSource, ...]
    jtop: bool

    @property
    def pinned(self) -> tuple[str, ...]:
        """Name the parts that are pinned; blocked where none is known to be free, and one is not known."""
        told = {part: observed(self, field) for part, field in PARTS.items()}
        if False not in told.values():
            told = {"CPU": self.cpu_pinned, "GPU": self.gpu_pinned, "memory": self.emc_pinned}
        return tuple(part for part, pinned in told.items() if pinned is True)

    @property
    def at_boot(self) -> tuple[str, ...]:
        """Name what pins them at boot; blocked where nothing surely does and something may."""
        surely = tuple(source.name for source in self.boot_sources if source.state == "enabled")
        perhaps = [str(source) for source in self.boot_sources if source.state not in NOT_AT_BOOT]
        if not surely and perhaps:
            raise Blocked(f"whether {', '.join(perhaps)} runs jetson_clocks at boot cannot be told")
        if not surely and self.jtop:
            raise Blocked("jtop runs here, and may pin the clocks at boot by its own settings")
        return surely


def parse_clocks(output: Output) -> Clocks | Unobserved:
    """`jetson_clocks --show`, then `boot SOURCE STATE` lines and `jtop STATE`."""
    text = output.stdout
    if re.search(r"^absent$", text, re.M):
        return Unobserved("jetson_clocks is not installed")
    cores = _cores(text)
    gpu = re.search(r"^GPU MinFreq=([0-9]+) MaxFreq=([0-9]+)", text, re.M)
    emc = _memory(text)
    if not cores and not gpu and emc is None:
        return Unobserved("jetson_clocks --show printed no clocks")
    sources = dict(re.findall(r"^boot (\S+) (\S+)$", text, re.M))
    return Clocks(
        cpu_pinned=all(cores) if cores else unobserved("jetson_clocks printed no CPU clocks"),
        gpu_pinned=gpu[1] == gpu[2] if gpu else unobserved("jetson_clocks printed no GPU clock"),
        emc_pinned=unobserved("jetson_clocks printed no EMC clock") if emc is None else emc,
        boot_sources=tuple(BootSource(name, state) for name, state in sources.items()),
        jtop=bool(re.search(r"^jtop active$", text, re.M)),
    )


def _memory(text: str) -> bool | None:
    """Tell whether the memory clock is pinned, None where nothing tells: by the switch; where R39's head stands there is none, and least = most."""
    switch = re.search(r"^EMC .*\bFreqOverride=([0-9])", text, re.M)
    clocks = re.search(r"^EMC MinFreq=([0-9]+) MaxFreq=([0-9]+)\b", text, re.M)
    if switch:
        return switch[1] == "1"
    has_none = re.search(r"^Online CPUs:.*Offline CPUs:", text, re.M)
    return clocks[1] == clocks[2] if clocks and has_none else None


def _cores(text: str) -> list[bool]:
    """Tell of each core that is online whether it is pinned: least clock = most, and idle states, where told, off."""
    online = _numbers(re.search(r"^Online CPUs:\s*([0-9,\-]+)", text, re.M))
    pinned = []
    for number, line in re.findall(r"^cpu([0-9]+):(.*)$", text, re.M):
        switch = re.search(r"\bOnline=([01])\b", line)
        clocks = re.search(r"\bMinFreq=([0-9]+)\s+MaxFreq=([0-9]+)", line)
        runs = switch[1] == "1" if switch else not online or number in online
        idle = line.partition("IdleStates:")[2]
        if clocks and runs:
            pinned.append(clocks[1] == clocks[2] and not re.search(r"=[1-9]", idle))
    return pinned


def _numbers(match: re.Match[str] | None) -> frozenset[str]:
    """Spread `0-2,5` out to its numbers, as text."""
    found: set[str] = set()
    for part in match[1].split(",") if match else ():
        span = re.fullmatch(r"([0-9]{1,3})(?:-([0-9]{1,3}))?", part)
        if span:
            found |= {str(number) for number in range(int(span[1]), int(span[2] or span[1]) + 1)}
    return frozenset(found)


CLOCKS = Probe("clocks", snippet(SNIPPETS, "clocks"), parse_clocks, root=True)


@dataclass(frozen=True, repr=False)
class ClocksFacts(Facts):
    """Layer 4: the board's clocks."""

    clocks: Clocks


def probes(inventory: Inventory, node: Node) -> tuple[Probe[Any], ...]:
    """Give the probes of `ClocksFacts`, by its fields' names."""
    return (CLOCKS,)
