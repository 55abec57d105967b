"""Seconds since the program started, and the spans of its phases."""

import threading
import time

PROCESS_START_S = time.time()
PHASES = ("list", "import", "device_init", "model_load", "warm_up", "read", "decode", "compute")
"""In the order in which they begin; the last three overlap."""
SPANS_KEPT = 400
"""Spans of one phase closer than this many to the record's limit are merged: a record stays one line of bounded size."""


class Clock:
    """Collects spans (phase, start, end), in seconds since the program started; threads may add side by side."""

    def __init__(self):
        self.started_s = PROCESS_START_S
        self.lock = threading.Lock()
        self.spans = []
        self.seconds = dict.fromkeys(PHASES, 0.0)

    def now(self):
        """Give seconds since the program started."""
        return time.time() - PROCESS_START_S

    def phase(self, name):
        """Measure a with-block as one span of that phase."""
        return _Phase(self, name)

    def add(self, name, start_s, end_s):
        """Note one span."""
        with self.lock:
            self.seconds[name] += end_s - start_s
            self.spans.append((name, start_s, end_s))

    def merged(self):
        """Give at most SPANS_KEPT spans: the closest neighbours of a phase are joined, busy and idle alike."""
        with self.lock:
            spans = sorted(self.spans, key=lambda span: (span[0], span[1]))
        joined = [list(span) for span in spans]
        while len(joined) > SPANS_KEPT:
            halves = []
            for span in joined:
                if halves and len(halves[-1]) == 3 and halves[-1][0] == span[0]:
                    halves[-1] = [span[0], halves[-1][1], max(halves[-1][2], span[2]), "joined"]
                else:
                    halves.append(span[:3])
            if len(halves) == len(joined):
                break
            joined = [span[:3] for span in halves]
        return sorted(joined, key=lambda span: span[1])


class _Phase:
    def __init__(self, clock, name):
        self.clock, self.name = clock, name

    def __enter__(self):
        self.start_s = self.clock.now()

    def __exit__(self, *_):
        self.clock.add(self.name, self.start_s, self.clock.now())
