"""A node's clock: how far it is from other clocks, and whether anything keeps it by theirs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from edgeproof import limits
from edgeproof.facts.node.snippets import SNIPPETS
from edgeproof.facts.observed import Facts, Unobserved, inapplicable, observed, unobserved
from edgeproof.facts.probe import Output, Probe
from edgeproof.facts.snippet import snippet
from edgeproof.inventory import Inventory, Node

ASK = "date +%s.%N"
"""What a node is asked in the exchange; a date(1) without nanoseconds (busybox) prints whole seconds and other words."""


MOST_APART_S = limits.CLOCKS_APART_S
"""As far as the clocks of one time are apart."""


@dataclass(frozen=True)
class ClockOffset:
    """How far a clock is ahead of this machine's, in seconds, and how sure that is: half of the exchange, since nobody knows when in it the node looked."""

    ahead_s: float
    bound_s: float

    def apart_s(self, other: ClockOffset) -> float:
        """Give by how much two clocks surely differ; 0 where they may be one time."""
        return max(0.0, abs(self.ahead_s - other.ahead_s) - self.bound_s - other.bound_s)

    def agrees(self, other: ClockOffset) -> bool:
        """Tell whether two clocks may be one time."""
        return self.apart_s(other) <= MOST_APART_S


CLIENT = ClockOffset(0.0, 0.0)
"""This machine's own clock, by which the others were measured."""


def offset_of(exchange: Mapping[str, Any] | None) -> ClockOffset | Unobserved:
    """Read one exchange: this machine's clock before and after (`before_s`, `after_s`), and what the node's date(1) `printed` between."""
    if exchange is None:
        return Unobserved("the node was not asked for its time")
    found = re.match(r"\s*([0-9]{1,12})(?![0-9])(?:\.([0-9]{1,9})(?![0-9]))?", exchange["printed"])
    if not found:
        return Unobserved("date told no time")
    whole, part = int(found[1]), found[2]
    told, unsure = (float(f"{whole}.{part}"), 0.0) if part else (whole + 0.5, 0.5)
    before, after = exchange["before_s"], exchange["after_s"]
    return ClockOffset(told - (before + after) / 2, (after - before) / 2 + unsure)


def usual_clock(clocks: Iterable[tuple[ClockOffset, bool]]) -> ClockOffset:
    """Find the clock with which most agree, this machine's among them; of equally many, the one with more that are `kept`, then this machine's."""
    nodes = list(clocks)
    candidates = [(CLIENT, False), *nodes]

    def votes(candidate: tuple[ClockOffset, bool]) -> tuple[int, int]:
        agreeing = [kept for clock, kept in candidates if clock.agrees(candidate[0])]
        return len(agreeing), sum(agreeing)

    return max(candidates, key=votes)[0]


@dataclass(frozen=True, repr=False)
class ClientClock(Facts):
    """This machine's clock: by how much it is surely off the time that most nodes have."""

    off_by_s: float


@dataclass(frozen=True, repr=False)
class Timekeeping(Facts):
    """Whether a clock elsewhere keeps this one (NTP of any kind), and the services for it that run."""

    synchronised: bool
    services: tuple[str, ...]

    @property
    def kept(self) -> bool:
        """Whether it surely is kept."""
        return observed(self, "synchronised") is True


YES = (
    r"^NTPSynchronized=yes$|^[ \t]*(?:System clock|NTP) synchronized: yes[ \t]*$|^Leap status[ \t]*: (?!Not)\w"
    r"|\bsync_(?:ntp|pps|uhf_radio|lf_radio|hf_radio|atomic|local_proto)\b|\bclock synced\b"
)
"""timedatectl show (systemd 239 on) and status, chronyc tracking (chronyc(1)), ntpq -c rv (NTP's event messages and status words), ntpctl(8)."""

NO = (
    r"^NTPSynchronized=no$|^[ \t]*(?:System clock|NTP) synchronized: no[ \t]*$|^Leap status[ \t]*: Not"
    r"|\bsync_unspec\b|\bclock unsynced\b"
)

MOST_CHARACTERS = 65536
"""All that is asked says less in a thousandth of it."""

BY_PTP = ("phc2sys", "ptp4l")
"""linuxptp's services; what they keep the kernel may still call unsynchronised."""


def parse_timekeeping(output: Output) -> Timekeeping | Unobserved:
    """`up SECONDS`, `container`, what timedatectl, chronyc, ntpq and ntpctl say, `unit:NAME` of each service that runs; one that says yes counts."""
    text = output.stdout[:MOST_CHARACTERS]
    services = tuple(re.findall(r"^unit:([\w@.-]{1,80})\.service$", text, re.M))
    if re.search(r"^container$", text, re.M):
        return Timekeeping(inapplicable("a container has its host's clock"), services)
    if re.search(YES, text, re.M) or any(name.startswith(BY_PTP) for name in services):
        return Timekeeping(True, services)
    if not re.search(NO, text, re.M):
        return Unobserved("neither timedatectl nor chronyc, ntpq or ntpctl reported whether the clock is synchronised")
    up = re.search(r"^up ([0-9]{1,12})\b", text, re.M)
    if up and int(up[1]) < limits.CLOCK_SETTLES_S:
        return Timekeeping(
            unobserved(f"the node has been up for {up[1]} s: its clock may yet be synchronised"), services
        )
    return Timekeeping(False, services)


TIMEKEEPING = Probe("timekeeping", snippet(SNIPPETS, "timekeeping", ask_s=f"{limits.CLOCK_ASK_S:g}"), parse_timekeeping)


@dataclass(frozen=True, repr=False)
class ClockFacts(Facts):
    """Layer 1: the node's clock. The offset comes of an exchange of its own, not of the script."""

    clock_offset: ClockOffset
    timekeeping: Timekeeping


def probes(inventory: Inventory, node: Node) -> tuple[Probe[Any], ...]:
    """Give the probes of `ClockFacts`, by its fields' names; clock_offset has none."""
    return (TIMEKEEPING,)
