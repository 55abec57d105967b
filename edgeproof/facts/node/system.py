"""Boot target, swap, power mode, clocks, supply, temperatures, memory."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from edgeproof.facts.node.snippets import SNIPPETS
from edgeproof.facts.observed import Facts, NotApplicable, Unobserved, unobserved
from edgeproof.facts.probe import Output, Probe
from edgeproof.facts.snippet import snippet
from edgeproof.inventory import Inventory, Node

KIB = 1024


@dataclass(frozen=True, repr=False)
class Headless(Facts):
    """The default boot target, and the display managers that run."""

    target: str
    display_managers: tuple[str, ...]


def parse_headless(output: Output) -> Headless | Unobserved:
    """First line: `systemctl get-default`; the rest: running display managers, one a line."""
    lines = [line.strip() for line in output.stdout.splitlines() if line.strip()]
    target = next((line for line in lines if line.endswith(".target")), "")
    if not target:
        return Unobserved("systemctl get-default told no target")
    return Headless(target, tuple(line for line in lines if line.endswith(".service")))


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
    """Swap in use now, and what will make it again at the next boot."""

    devices: tuple[SwapDevice, ...]
    at_boot: tuple[str, ...]


def parse_swap(output: Output) -> Swap | Unobserved:
    """/proc/swaps, then `fstab:` and `unit:` lines of what brings swap back."""
    if not re.search(r"^\s*Filename\s+Type", output.stdout, re.M):
        return Unobserved("/proc/swaps could not be read")
    devices, at_boot = [], []
    for line in output.stdout.splitlines():
        words = line.split()
        if line.startswith(("fstab:", "unit:")):
            at_boot.append(line.split(":", 1)[1].strip())
        elif len(words) >= 5 and words[0].startswith("/") and words[2].isdigit():
            kind = "zram" if words[0].startswith("/dev/zram") else words[1]
            devices.append(SwapDevice(words[0], kind, int(words[2]) * KIB))
    return Swap(tuple(devices), tuple(at_boot))


SWAP = Probe("swap", snippet(SNIPPETS, "swap"), parse_swap)


@dataclass(frozen=True, repr=False)
class PowerMode(Facts):
    """`nvpmodel -q`: the mode's id and name."""

    id: int
    name: str


def parse_power_mode(output: Output) -> PowerMode | Unobserved:
    """`NV Power Mode: NAME`, and the id alone on the next line; warnings and errors may stand anywhere."""
    lines = [line.strip() for line in output.stdout.splitlines()]
    for number, line in enumerate(lines):
        match = re.fullmatch(r"(?:NVPM VERB: Current mode: )?NV Power Mode:\s*(\S+)", line)
        if match:
            found = next((later for later in lines[number + 1 :] if re.fullmatch(r"\d{1,3}", later)), None)
            if found is not None:
                return PowerMode(int(found), match[1])
    text = output.stdout + output.stderr
    error = next((line.strip() for line in text.splitlines() if "NVPM ERROR" in line), "")
    return Unobserved(f"nvpmodel -q told no mode{': ' + error if error else ''}")


POWER_MODE = Probe("power_mode", "nvpmodel -q", parse_power_mode, root=True)


@dataclass(frozen=True, repr=False)
class Clocks(Facts):
    """Which clocks jetson_clocks has pinned, and what pins them again at boot; unobserved part by part."""

    cpu_pinned: bool
    gpu_pinned: bool
    emc_pinned: bool
    boot_units: tuple[str, ...]


def parse_clocks(output: Output) -> Clocks | Unobserved:
    """`jetson_clocks --show`, then `unit:` lines of what runs it at boot."""
    text = output.stdout
    cores = [
        (match["least"] == match["most"] and not re.search(r"=[1-9]", match["idle"] or ""))
        for match in re.finditer(
            r"^cpu\d+:\s+Online=1\b.*?MinFreq=(?P<least>\d+) MaxFreq=(?P<most>\d+)[^\n]*?(?:IdleStates:(?P<idle>[^\n]*))?$",
            text,
            re.M,
        )
    ]
    gpu = re.search(r"^GPU MinFreq=(\d+) MaxFreq=(\d+)", text, re.M)
    emc = re.search(r"^EMC .*FreqOverride=(\d)", text, re.M)
    if not (cores or gpu or emc):
        return Unobserved("jetson_clocks --show told nothing of clocks")
    units = tuple(line[5:].strip() for line in text.splitlines() if line.startswith("unit:"))
    return Clocks(
        cpu_pinned=all(cores) if cores else unobserved("jetson_clocks told no CPU clocks"),
        gpu_pinned=gpu[1] == gpu[2] if gpu else unobserved("jetson_clocks told no GPU clock"),
        emc_pinned=emc[1] == "1" if emc else unobserved("jetson_clocks told no EMC clock"),
        boot_units=units,
    )


CLOCKS = Probe("clocks", snippet(SNIPPETS, "clocks"), parse_clocks, root=True)


@dataclass(frozen=True, repr=False)
class PowerSupply(Facts):
    """Over-current alarms in the kernel log since boot."""

    alarms: tuple[str, ...]


def parse_power_supply(output: Output) -> PowerSupply | Unobserved:
    """Dmesg's `soctherm: OC ALARM 0x…` lines; other lines with frightening words are announcements."""
    if output.status != 0:
        return Unobserved("the kernel log could not be read")
    alarms = [line.strip() for line in output.stdout.splitlines() if re.search(r"soctherm: OC ALARM 0x[0-9a-f]+", line)]
    return PowerSupply(tuple(alarms))


POWER_SUPPLY = Probe("power_supply", snippet(SNIPPETS, "power_supply"), parse_power_supply, root=True)


@dataclass(frozen=True, repr=False)
class Thermal(Facts):
    """Temperatures and the lowest passive trip point of each zone, in degrees Celsius; constants are left out."""

    zones: tuple[tuple[str, float, float | None], ...]

    @property
    def least_headroom_celsius(self) -> float:
        """The least distance to a trip point; not applicable where no zone has one."""
        distances = [trip - now for _, now, trip in self.zones if trip is not None]
        if not distances:
            raise NotApplicable("no thermal zone here tells a trip point")
        return min(distances)


def parse_thermal(output: Output) -> Thermal:
    """Lines `zone TYPE TEMPERATURE TRIP`, in thousandths of a degree, `-` where there is none."""
    zones = []
    for line in output.stdout.splitlines():
        words = line.split()
        if len(words) != 4 or words[0] != "zone" or words[1] == "PMIC-Die" or not re.fullmatch(r"-?\d{1,7}", words[2]):
            continue
        trip = int(words[3]) / 1000 if re.fullmatch(r"\d{4,7}", words[3]) else None
        zones.append((words[1], int(words[2]) / 1000, trip))
    return Thermal(tuple(zones))


THERMAL = Probe("thermal", snippet(SNIPPETS, "thermal"), parse_thermal)


@dataclass(frozen=True, repr=False)
class Memory(Facts):
    """/proc/meminfo."""

    total_bytes: int
    available_bytes: int


def parse_memory(output: Output) -> Memory | Unobserved:
    """Lines `MemTotal: N kB` and `MemAvailable: N kB`."""
    found = {name: int(kib) * KIB for name, kib in re.findall(r"^(Mem\w+):\s+(\d{1,15}) kB", output.stdout, re.M)}
    if "MemTotal" not in found or "MemAvailable" not in found:
        return Unobserved("/proc/meminfo told no total or no available memory")
    return Memory(found["MemTotal"], found["MemAvailable"])


MEMORY = Probe("memory", "cat /proc/meminfo", parse_memory)


@dataclass(frozen=True, repr=False)
class SystemFacts(Facts):
    """Layer 4: the board's system."""

    headless: Headless
    swap: Swap
    power_mode: PowerMode
    clocks: Clocks
    power_supply: PowerSupply
    thermal: Thermal
    memory: Memory


def probes(inventory: Inventory, node: Node) -> tuple[Probe[Any], ...]:
    """Give the probes of `SystemFacts`, by its fields' names."""
    return (HEADLESS, SWAP, POWER_MODE, CLOCKS, POWER_SUPPLY, THERMAL, MEMORY)
