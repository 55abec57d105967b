"""Seconds since the program started, and the spans of its phases.

By CLOCK_MONOTONIC, which a board's processes share: one without a battery wakes up in 1970, and NTP moves its date on in the middle of a run.
"""

import threading
import time
from types import TracebackType
from typing import List, NamedTuple, Optional, Type

PROCESS_START_S = time.monotonic()
PHASES = ("list", "import", "device_init", "model_load", "warm_up", "read", "decode", "compute")
"""In the order in which they begin; the last three overlap."""
SPANS_KEPT = 400
"""Spans of one phase closer than this many to the record's limit are merged: a record stays one line of bounded size."""


class Span(NamedTuple):
    """Something that took time, in seconds since the program started."""

    phase: str
    start_s: float
    end_s: float


class Clock:
    """Collects spans; threads may add side by side."""

    def __init__(self) -> None:
        self.started_s = PROCESS_START_S
        self.lock = threading.Lock()
        self.spans: List[Span] = []
        self.seconds = dict.fromkeys(PHASES, 0.0)

    def now(self) -> float:
        """Give seconds since the program started."""
        return time.monotonic() - PROCESS_START_S

    def phase(self, name: str) -> "_Phase":
        """Measure a with-block as one span of that phase."""
        return _Phase(self, name)

    def add(self, name: str, start_s: float, end_s: float) -> None:
        """Note one span."""
        with self.lock:
            self.seconds[name] += end_s - start_s
            self.spans.append(Span(name, start_s, end_s))

    def merged(self) -> List[Span]:
        """Give at most SPANS_KEPT spans: the closest neighbours of a phase are joined, busy and idle alike."""
        with self.lock:
            spans = sorted(self.spans, key=lambda span: (span.phase, span.start_s))
        while len(spans) > SPANS_KEPT:
            fewer = _in_pairs(spans)
            if len(fewer) == len(spans):
                break
            spans = fewer
        return sorted(spans, key=lambda span: span.start_s)


def _in_pairs(spans: List[Span]) -> List[Span]:
    """Join each span with the next one of its phase, if that is not joined yet."""
    found: List[Span] = []
    is_alone = False
    for span in spans:
        if is_alone and found[-1].phase == span.phase:
            found[-1] = Span(span.phase, found[-1].start_s, max(found[-1].end_s, span.end_s))
            is_alone = False
        else:
            found.append(span)
            is_alone = True
    return found


class _Phase:
    def __init__(self, clock: Clock, name: str) -> None:
        self.clock, self.name, self.start_s = clock, name, 0.0

    def __enter__(self) -> None:
        self.start_s = self.clock.now()

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], where: Optional[TracebackType]
    ) -> None:
        self.clock.add(self.name, self.start_s, self.clock.now())
