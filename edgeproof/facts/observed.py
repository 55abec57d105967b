"""A fact that could not be observed, and what happens to whoever reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any


@dataclass(frozen=True)
class Unobserved:
    """Stands where a value would, with the reason there is none."""

    why: str


class Blocked(Exception):
    """Raised by reading an unobserved fact; the plugin reports the test as blocked, with `why`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def unobserved(why: str) -> Any:
    """Make an `Unobserved` that fits a field of any type; reading that field raises `Blocked`."""
    return Unobserved(why)


class Facts:
    """Base of the frozen dataclasses that hold facts: reading an unobserved field raises `Blocked`."""

    if not TYPE_CHECKING:

        def __getattribute__(self, name: str) -> Any:
            value = object.__getattribute__(self, name)
            if type(value) is Unobserved:
                raise Blocked(value.why)
            return value


def reason(facts: Facts, name: str) -> str | None:
    """Tell why the field `name` of `facts` is unobserved; None when it is observed."""
    value = object.__getattribute__(facts, name)
    return value.why if type(value) is Unobserved else None


class NotApplicable(Exception):
    """Raised by a check that has no meaning here; reported as skipped, with `why`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def not_applicable(why: str) -> None:
    """End the test as skipped: this check does not apply here."""
    raise NotApplicable(why)
