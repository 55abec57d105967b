"""Numbers that a node prints, in digits of any script and of any length: a parser reads them or passes them over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from edgeproof.facts.node.answers import parse_answers
from edgeproof.facts.node.clocks import parse_clocks
from edgeproof.facts.node.identity import parse_platform
from edgeproof.facts.node.network import parse_network
from edgeproof.facts.node.power import parse_power_mode, parse_power_supply
from edgeproof.facts.node.system import parse_memory, parse_swap
from edgeproof.facts.node.thermal import parse_thermal
from edgeproof.facts.probe import Output

LINES: dict[str, tuple[Callable[[Output], Any], str]] = {
    "swap": (parse_swap, "Filename Type Size Used Priority\n/swapfile file {} 0 -2\n"),
    "memory": (parse_memory, "MemTotal: {0} kB\nMemAvailable: {0} kB\n"),
    "thermal": (parse_thermal, "zone CPU-therm {0} {0} {0}\n"),
    "mode": (parse_power_mode, "NV Power Mode: MAXN\n{0}\n< POWER_MODEL ID={0} NAME={0}W >\nCPU_ONLINE CORE_{0} {0}\n"),
    "alarm": (parse_power_supply, "first [{0}.{0}] x\n[{0}] soctherm: OC ALARM 0x{0}\n[{0}] cpufreq: cpu{0},cur:{0},set:{0},x\n"),
    "clocks": (parse_clocks, "Online CPUs: {0}-{0}\ncpu{0}: Online={0} MinFreq={0} MaxFreq={0}\nGPU MinFreq={0} MaxFreq={0}\n"),
    "platform": (parse_platform, "arch a\nkernel k\n# R{0} (release), REVISION: {0}.{0}\nnvidia-l4t-core {0}.{0}-1\n"),
    "network": (parse_network, "2: eth0    inet 10.0.0.{0}/{0} scope global eth0\ndefault via 10.0.0.1 dev eth0 metric {0}\nnameserver {0}\n"),
    "answers": (parse_answers, "ping 10.0.0.{0} yes\ndns {0} yes\n"),
}  # fmt: skip
"""A parser, and what it reads, with a place for the number."""

NUMBERS = st.text(st.characters(categories=["Nd", "Nl", "No"]), min_size=1, max_size=30)


@pytest.mark.parametrize("name", LINES)
@settings(max_examples=60, deadline=None)
@given(number=NUMBERS)
@example("²")
@example("٣")
@example("9" * 5000)
@example("0" * 5000)
@example("-1")
def test_any_number(name: str, number: str) -> None:
    """A value or Unobserved, whatever stands where a number should; and its repr can be shown."""
    parse, form = LINES[name]
    assert repr(parse(Output(form.format(number))))
