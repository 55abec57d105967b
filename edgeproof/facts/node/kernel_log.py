"""The kernel's log: the stamps of its lines, and whether it still has its beginning."""

from __future__ import annotations

import re

from edgeproof.facts.observed import inapplicable, unobserved

WHOLE_FROM = 1.0
"""A log whose first line is from before this, in seconds after boot, has lost nothing."""


def stamp_of(line: str) -> float | None:
    """Give when a line was logged, in seconds after boot; None where it has no stamp. `first ` may stand before it."""
    match = re.match(r"(?:first )?(?:<[0-9]+>)?\[\s*([0-9]{1,12}(?:\.[0-9]{1,9})?)\]", line)
    return float(match[1]) if match else None


def beginning_of(line: str) -> float:
    """Give when the log begins, in seconds after boot, by its first line ('' for none): inapplicable for an empty log, unobserved without a stamp."""
    if not line:
        return inapplicable("the kernel log is empty: it was cleared, or is not this machine's")  # type: ignore[no-any-return]
    if re.search(r"Booting Linux|Linux version", line):
        return 0.0
    at_s = stamp_of(line)
    return unobserved("the kernel log has no time stamps, so when it begins is not known") if at_s is None else at_s


def lost(begins_s: float) -> str:
    """Say what a log that begins then has lost; '' where it is whole."""
    return f"begins {begins_s / 3600:.1f} h after boot: older lines are gone" if begins_s > WHOLE_FROM else ""
