"""The one way to wait: look, until a condition holds or the limit is over."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from edgeproof import limits

T = TypeVar("T")


def look_until(limit_s: float, look: Callable[[], T], decided: Callable[[T, float], bool]) -> T:
    """Look every `limits.POLL_S` until `decided(what was seen, seconds waited)`; give what was seen last.

    After `limit_s` seconds the last look is given undecided. What `look` raises ends the waiting.
    """
    waiting = Retrying(
        stop=stop_after_delay(limit_s),
        wait=wait_fixed(limits.POLL_S),
        retry=retry_if_result(lambda seen: not decided(seen, waiting.statistics.get("delay_since_first_attempt", 0.0))),
        retry_error_callback=lambda state: state.outcome.result() if state.outcome else None,
    )
    seen: T = waiting(look)
    return seen


def holds_within(limit_s: float, condition: Callable[[], bool]) -> bool:
    """Wait until `condition()` holds; False where it does not within `limit_s` seconds."""
    return look_until(limit_s, condition, lambda holds, _: holds)
