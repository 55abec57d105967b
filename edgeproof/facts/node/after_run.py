"""What a board tells after a workload: what its kernel has logged of power, heat and memory, and its sensors as they are then."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from edgeproof.facts.node.power import parse_power_supply
from edgeproof.facts.node.tegrastats import Tegrastats, parse_tegrastats
from edgeproof.facts.observed import Unobserved
from edgeproof.facts.probe import Output

STAMP = re.compile(r"(?:<[0-9]{1,3}>)?\[\s*([0-9]{1,12}(?:\.[0-9]{1,9})?)\] ?(.*)")


@dataclass(frozen=True)
class KernelLine:
    """A line of the kernel log, and its seconds after boot."""

    at_s: float
    text: str


@dataclass(frozen=True)
class AfterRun:
    """Seconds since boot, the lines of the kernel log that speak of trouble, and tegrastats' line (None where there is none)."""

    uptime_s: float
    troubles: tuple[KernelLine, ...]
    sensors: Tegrastats | None

    def during(self, run_s: float) -> AfterRun:
        """Give the same with the troubles of the last `run_s` seconds alone."""
        return replace(self, troubles=tuple(line for line in self.troubles if line.at_s >= self.uptime_s - run_s))


def parse_after_run(output: Output) -> AfterRun | Unobserved:
    """`uptime SECONDS`, lines of the kernel log, `read` where all of it was, then a line of tegrastats."""
    uptime = re.search(r"^uptime ([0-9]{1,12}(?:\.[0-9]{1,9})?)", output.stdout, re.M)
    if not uptime or not re.search(r"^read$", output.stdout, re.M):
        return Unobserved("the kernel log could not be read")
    stamped = (STAMP.match(line) for line in output.stdout.splitlines())
    lines = (KernelLine(float(found[1]), found[2]) for found in stamped if found and _is_trouble(found[0]))
    sensors = parse_tegrastats(output)
    return AfterRun(float(uptime[1]), tuple(lines), None if isinstance(sensors, Unobserved) else sensors)


def _is_trouble(line: str) -> bool:
    """Whether a line speaks of memory that ran out, or is one that the check power_supply fails for: an alarm, a core at half its clock."""
    power = parse_power_supply(Output(line))
    events = () if isinstance(power, Unobserved) else (*power.alarms, *power.slowed_cores)
    return bool(events) or re.search(r"(?<!cgroup )[Oo]ut of memory: Kill", line) is not None
