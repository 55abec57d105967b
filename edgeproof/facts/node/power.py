"""The power mode and the power supply of a Jetson."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from edgeproof import limits
from edgeproof.facts.node.journal import first_error
from edgeproof.facts.node.kernel_log import beginning_of, lost, stamp_of
from edgeproof.facts.node.snippets import SNIPPETS
from edgeproof.facts.observed import Blocked, Facts, NotApplicable, Unobserved, observed, unobserved
from edgeproof.facts.probe import Output, Probe
from edgeproof.facts.snippet import snippet
from edgeproof.inventory import Inventory, Node

FASTEST = "max"
"""What cluster.yaml calls the fastest mode of a board, whichever that is."""

UNLIMITED = ("MAXN_SUPER", "MAXN")
"""Modes without a limit, the fastest first: MAXN_SUPER came after MAXN, on boards that have both names."""

FULL_POWER = {
    "tegra210": 0, "tegra186": 0, "p2888": 0, "p3701": 0, "p3767-0000": 0, "p3767-0001": 0, "p3834": 0,
    "p3767-0003": 0, "p3767-0005": 0, "p3767-0003-super": 2, "p3767-0005-super": 2,
}  # fmt: skip
"""The fastest mode's id by SoC or module, where the node's nvpmodel.conf cannot be read: NVIDIA's Jetson Linux Developer
Guide, Platform Power and Performance. Xavier NX is left out: its fastest mode changed with R32.6."""


@dataclass(frozen=True)
class Mode:
    """One power mode; `id` is None where only its name is known, `cores` where the conf does not tell."""

    id: int | None
    name: str
    cores: int | None = None

    def __str__(self) -> str:
        number = "" if self.id is None else str(self.id)
        return f"{number} ({self.name})" if number and self.name else number or self.name

    @property
    def rank(self) -> tuple[int, int, int] | None:
        """How fast it is, to be compared on one board: no limit, else watts, then cores; None where its name tells nothing."""
        if self.name in UNLIMITED:
            return len(UNLIMITED) - UNLIMITED.index(self.name), 0, 0
        watts = re.search(r"(?<![0-9])([0-9]{1,3})W(?![A-Z0-9])", self.name)
        return (0, int(watts[1]), self.cores or 0) if watts else None


@dataclass(frozen=True, repr=False)
class PowerMode(Facts):
    """`nvpmodel -q`: the mode's id and name; the modes that the node's nvpmodel.conf has; its `compatible` words.

    `said` is the first error of the service that sets the mode at boot, where that has failed; else ''.
    """

    id: int
    name: str
    conf: tuple[Mode, ...]
    compatible: tuple[str, ...]
    said: str

    @property
    def present(self) -> Mode:
        """The mode the board is in; without an id where nvpmodel told none and no mode of its conf has that name."""
        number = observed(self, "id")
        cores = next((mode.cores for mode in self.conf if mode.name == self.name), None)
        return Mode(None if isinstance(number, Unobserved) else number, self.name, cores)

    @property
    def fastest(self) -> Mode:
        """The board's fastest mode, the present one where none is faster; blocked where that cannot be told."""
        if self.name == UNLIMITED[0]:
            return self.present
        ranked = [(mode.rank, mode) for mode in self.conf if mode.rank is not None]
        if not ranked:
            return self._by_table()
        best, mode = max(ranked, key=lambda pair: pair[0])
        if self.present.rank is None and best < (1, 0, 0):
            raise Blocked(f"whether {self.present} is the fastest mode cannot be told from nvpmodel.conf")
        return self.present if (self.present.rank or (0, 0, 0)) >= best else mode

    def _by_table(self) -> Mode:
        """Find it by module, then by SoC; the longest name that fits is the most exact."""
        words = [word.removeprefix("nvidia,") for word in self.compatible]
        super_conf = any(word.endswith("-super") for word in words)
        names = [name for word in words for name in (f"{word}-super" if super_conf else "", word, word[:5]) if name]
        number = next((FULL_POWER[name] for name in names if name in FULL_POWER), None)
        if number is None:
            raise Blocked("nvpmodel.conf lists no modes, and the fastest mode of this board is not known")
        return self.present if number == self.id else Mode(number, "")

    def wanted(self, declared: str) -> Mode:
        """Give the mode that cluster.yaml declares: `max`, an id, or a name; blocked where that cannot be told."""
        if declared == FASTEST:
            return self.fastest
        if declared in (str(self.present.id), self.name):
            return self.present
        if self.present.id is None and declared.isdecimal():
            _ = self.id  # blocked: nvpmodel told none
        known = (mode for mode in self.conf if declared in (str(mode.id), mode.name))
        return next(known, Mode(None, declared))


def parse_power_mode(output: Output) -> PowerMode | Unobserved:
    """`nvpmodel -q`, lines of nvpmodel.conf, a line `words COMPATIBLE…`, `@@ journal` and its lines; warnings and errors may stand anywhere."""
    text, _, journal = output.stdout.partition("@@ journal\n")
    if re.search(r"^absent$", text, re.M):
        return Unobserved("nvpmodel is not installed")
    lines = [line.strip() for line in text.splitlines()]
    conf = _modes(lines)
    found = re.search(r"^words (.*)$", text, re.M)
    for number, line in enumerate(lines):
        match = re.fullmatch(r"(?:NVPM VERB: Current mode: )?NV Power Mode:\s*(\S+)", line)
        if match:
            told = next((int(later) for later in lines[number + 1 :] if re.fullmatch(r"[0-9]{1,3}", later)), None)
            named = next((mode.id for mode in conf if mode.name == match[1]), None)
            why = f"nvpmodel printed the mode {match[1]} without an id"
            ids = [known for known in (told, named) if known is not None]
            return PowerMode(
                ids[0] if ids else unobserved(why), match[1], conf, tuple(found[1].split() if found else ()),
                first_error(journal.splitlines()),
            )  # fmt: skip
    error = next((line.strip() for line in (text + output.stderr).splitlines() if "NVPM ERROR" in line), "")
    return Unobserved(f"nvpmodel -q printed no power mode{': ' + error if error else ''}")


def _modes(lines: list[str]) -> tuple[Mode, ...]:
    """Read the `< POWER_MODEL ID=N NAME=X >` blocks of nvpmodel.conf, and how many cores each has online."""
    found: list[Mode] = []
    for line in lines:
        head = re.match(r"<\s*POWER_MODEL\s+ID\s*=\s*([0-9]{1,3})\s+NAME\s*=\s*([^\s>]+)", line)
        core = re.match(r"CPU_ONLINE\s+CORE_[0-9]+\s+([01])\b", line)
        if head:
            found.append(Mode(int(head[1]), head[2]))
        elif core and found:
            last = found.pop()
            found.append(Mode(last.id, last.name, (last.cores or 0) + int(core[1])))
    return tuple(found)


POWER_MODE = Probe(
    "power_mode", snippet(SNIPPETS, "power_mode", journal_s=f"{limits.JOURNAL_S:g}"), parse_power_mode, root=True
)

SLOWED_SHARE = 0.5
"""The driver warns from 0.115 GHz on, which an idle core reaches by how it is measured (tegra194-cpufreq.c): half is no noise."""


@dataclass(frozen=True)
class Alarm:
    """An over-current alarm: a bit mask of what raised it, and when, in seconds after boot."""

    mask: int
    at_s: float | None

    def __str__(self) -> str:
        bits = [bit for bit in range(32) if self.mask >> bit & 1]
        names = " and ".join(f"bit {bit}, OC{bit + 1}" for bit in bits)
        return f"OC ALARM 0x{self.mask:08x} ({names}){_when(self.at_s)}"


@dataclass(frozen=True)
class SlowedCore:
    """A core that ran slower than it was set to: its clocks in kHz, and when, in seconds after boot."""

    core: str
    current_khz: int
    set_khz: int
    at_s: float | None

    def __str__(self) -> str:
        return f"{self.core} at {self.current_khz / 1000:g} MHz where {self.set_khz / 1000:g} MHz were set{_when(self.at_s)}"


def _when(at_s: float | None) -> str:
    return "" if at_s is None else f" at {at_s:g} s"


@dataclass(frozen=True, repr=False)
class PowerSupply(Facts):
    """Over-current alarms and slowed cores in the kernel log, and when that log begins, in seconds after boot."""

    alarms: tuple[Alarm, ...]
    slowed_cores: tuple[SlowedCore, ...]
    begins_s: float

    @property
    def events(self) -> tuple[Alarm | SlowedCore, ...]:
        """Alarms and slowed cores; not applicable where there are none in a log that has lost its beginning."""
        found: tuple[Alarm | SlowedCore, ...] = (*self.alarms, *self.slowed_cores)
        if not found and lost(self.begins_s):
            raise NotApplicable(f"no alarm in the kernel log, which {lost(self.begins_s)}")
        return found


def parse_power_supply(output: Output) -> PowerSupply | Unobserved:
    """`first LINE`, the kernel log's `soctherm: OC ALARM 0x…` and `cpufreq: cpuN,cur:…,set:…` lines, `read` at its end."""
    alarms, slowed = [], []
    for line in output.stdout.splitlines():
        at_s = stamp_of(line)
        if line.startswith("first "):
            continue
        if match := re.search(r"soctherm: OC ALARM 0x([0-9a-fA-F]{1,8})\b", line):
            alarms.append(Alarm(int(match[1], 16), at_s))
        elif match := re.search(r"cpufreq: (cpu[0-9]{1,3}),cur:([0-9]{1,9}),set:([0-9]{1,9}),", line):
            slowed.append(SlowedCore(match[1], int(match[2]), int(match[3]), at_s))
    first = re.search(r"^first (.+)$", output.stdout, re.M)
    if not (first or alarms or slowed or re.search(r"^read$", output.stdout, re.M)):
        return Unobserved("the kernel log could not be read")
    return PowerSupply(
        tuple(alarm for alarm in alarms if alarm.mask),
        tuple(core for core in slowed if core.current_khz < SLOWED_SHARE * core.set_khz),
        beginning_of(first[1] if first else ""),
    )


POWER_SUPPLY = Probe("power_supply", snippet(SNIPPETS, "power_supply"), parse_power_supply, root=True)


@dataclass(frozen=True, repr=False)
class PowerFacts(Facts):
    """Layer 4: what limits a board's speed from outside its clocks."""

    power_mode: PowerMode
    power_supply: PowerSupply


def probes(inventory: Inventory, node: Node) -> tuple[Probe[Any], ...]:
    """Give the probes of `PowerFacts`, by its fields' names."""
    return (POWER_MODE, POWER_SUPPLY)
