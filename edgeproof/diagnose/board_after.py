"""What a board told after a workload, as the cause of what the workload's own words leave open."""

from __future__ import annotations

from dataclasses import replace

from edgeproof.diagnose.advice import Advice, catalogue
from edgeproof.diagnose.known_lines import meaning_of
from edgeproof.diagnose.shown_by_board import weak_supply
from edgeproof.facts.node import NodeFacts
from edgeproof.facts.node.after_run import AfterRun
from edgeproof.facts.node.power_rails import INPUTS
from edgeproof.facts.node.tegrastats import Tegrastats

OPEN = ("", "killed-by-somebody", "slow-node")
"""Rows that name no cause of their own: what the kernel logged meanwhile is one."""


def with_board(found: Advice, node: NodeFacts | None, after: AfterRun | None) -> Advice:
    """Add what the board told; where the kernel names a cause that the advice does not, take that one."""
    if node is None or after is None:
        return found
    told = _told(node.name, after)
    row = next((row for line in after.troubles if (row := meaning_of("kernel", line.text))), "")
    is_short = (found.id, row) == ("nvmap-allocation", "unified-memory-oom")  # the kernel shows that memory did run out
    if row and (found.id in OPEN or is_short):
        known = weak_supply(node) if row == "over-current" else catalogue(row)
        return known.after(f"{found.cause}; {told}")
    return replace(found, cause=f"{found.cause}; {told}") if told else found


def _told(node: str, after: AfterRun) -> str:
    lines = [line.text for line in after.troubles]
    words = (
        [
            f"meanwhile the kernel of {node} logged {lines[-1]}"
            + (f" ({len(lines)} such lines)" if len(lines) > 1 else "")
        ]
        if lines
        else []
    )
    return "; ".join([*words, *([f"when it ended, {node} had {_sensors(after.sensors)}"] if after.sensors else [])])


def _sensors(seen: Tegrastats) -> str:
    hottest = max(seen.celsius, key=lambda pair: pair[1], default=None)
    drawn = next((rail for rail in seen.rails if rail.name in INPUTS), None)
    parts = [
        f"{seen.used_mb} of {seen.total_mb} MB in use",
        f"{seen.cores_off} of {seen.cores} cores off" if seen.cores_off else "",
        "" if seen.gpu_percent is None else f"its GPU at {seen.gpu_percent} %",
        f"{hottest[0]} at {hottest[1]:g} °C" if hottest else "",
        f"a draw of {drawn.watts:.1f} W ({drawn.name})" if drawn and drawn.watts is not None else "",
    ]
    return ", ".join(part for part in parts if part)
