"""Waits for conditions, each with a limit."""

from __future__ import annotations

from collections.abc import Callable

from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from lab import limits
from lab.errors import LabError


def comes_true(condition: Callable[[], bool], limit_s: float) -> bool:
    """Wait until the condition holds; tells whether it does within `limit_s`."""
    waiting = Retrying(
        stop=stop_after_delay(limit_s),
        wait=wait_fixed(limits.POLL_S),
        retry=retry_if_result(lambda holds: not holds),
        retry_error_callback=lambda _: False,
    )
    return waiting(condition)


def await_condition(
    what: str, limit_s: float, condition: Callable[[], bool], why: Callable[[], str] = lambda: ""
) -> None:
    """Wait until the condition holds; raises LabError after `limit_s`, with what `why` then tells."""
    if not comes_true(condition, limit_s):
        raise LabError(f"{what}: not within {limit_s:.0f} s\n{why()}".rstrip())
