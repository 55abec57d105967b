"""A line of tegrastats: memory, cores, GPU, temperatures and power of a Jetson at one moment, in the forms of JetPack 3 to 7."""

from __future__ import annotations

import re
from dataclasses import dataclass

from edgeproof.facts.node.power_rails import NOT_CONNECTED, Rail
from edgeproof.facts.observed import Unobserved
from edgeproof.facts.probe import Output

CONSTANT = "PMIC"
"""A sensor that always tells the same, 100 or 50 °C: no temperature (balena-jetson#142)."""

LEAST_CELSIUS = -50.0
"""A sensor whose part is switched off tells -256 °C (tegrastats of JetPack 5: CV0 to CV2)."""


@dataclass(frozen=True)
class Tegrastats:
    """Memory in MB; of the cores, how many there are and how many are off; the GPU's load in percent, None where it is not told.

    Temperatures in degrees Celsius by the sensor's name; rails by name, with what they draw at that moment.
    """

    used_mb: int
    total_mb: int
    cores: int
    cores_off: int
    gpu_percent: int | None
    celsius: tuple[tuple[str, float], ...]
    rails: tuple[Rail, ...]


def parse_tegrastats(output: Output) -> Tegrastats | Unobserved:
    """Read the newest whole line; each field is found by its name and form, and what is unknown is passed over."""
    lines = [line for line in output.stdout.splitlines() if re.search(r"\bRAM [0-9]{1,9}/[0-9]{1,9}MB", line)]
    if not lines:
        return Unobserved("tegrastats printed nothing")
    line = lines[-1]
    memory = re.search(r"\bRAM ([0-9]{1,9})/([0-9]{1,9})MB", line)
    listed = re.search(r"\b(?:CPU|cpu) \[([^\]]{0,4000})\]", line)
    states = [state.strip() for state in listed[1].split(",")] if listed else []
    cores = [state for state in states if re.match(r"off$|[0-9]{1,3}%", state)]
    gpu = re.search(r"\bGR3D(?:_FREQ)? ([0-9]{1,3})%", line)
    return Tegrastats(
        used_mb=int(memory[1]) if memory else 0,
        total_mb=int(memory[2]) if memory else 0,
        cores=len(cores),
        cores_off=cores.count("off"),
        gpu_percent=int(gpu[1]) if gpu else None,
        celsius=_celsius(line),
        rails=_rails(line),
    )


def _celsius(line: str) -> tuple[tuple[str, float], ...]:
    found = re.findall(r"(?<!\S)([A-Za-z][\w-]{0,30})@(-?[0-9]{1,4}(?:\.[0-9]{1,4})?)C(?!\S)", line)
    known = ((name, float(value)) for name, value in found if name.upper() != CONSTANT)
    return tuple((name, value) for name, value in known if value > LEAST_CELSIUS)


def _rails(line: str) -> tuple[Rail, ...]:
    """`NAME NOW/AVERAGE` in mW, the unit printed from JetPack 5 on."""
    found = re.findall(r"(?<!\S)([A-Z]\w{1,30}) ([0-9]{1,7})(?:mW)?/[0-9]{1,7}(?:mW)?(?!\S)", line)
    return tuple(Rail(name, int(now) / 1000, None) for name, now in found if name != NOT_CONNECTED)
