"""A fact that could not be observed, and what happens to whoever reads it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar


@dataclass(frozen=True)
class Unobserved:
    """Stands where a value would, with the reason there is none."""

    why: str


@dataclass(frozen=True)
class Inapplicable(Unobserved):
    """Stands where a value would that has no meaning on this node, or is not asked for; `why` says which."""


class Blocked(Exception):
    """Raised by reading an unobserved fact; the plugin reports the test as blocked, with `why`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class NotApplicable(Exception):
    """Raised by a check that has no meaning here; reported as skipped, with `why`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def unobserved(why: str) -> Any:
    """Make an `Unobserved` that fits a field of any type; reading that field raises `Blocked`."""
    return Unobserved(why)


def inapplicable(why: str) -> Any:
    """Make an `Inapplicable` that fits a field of any type; reading that field raises `NotApplicable`."""
    return Inapplicable(why)


class Facts:
    """Base of the frozen dataclasses that hold facts: reading an unobserved field raises `Blocked`.

    Reading an inapplicable one raises `NotApplicable`.
    Such a dataclass is made with `repr=False`: the repr here shows a gap in place of raising for it.
    """

    if not TYPE_CHECKING:

        def __getattribute__(self, name: str) -> Any:
            value = object.__getattribute__(self, name)
            if isinstance(value, Unobserved):
                raise (NotApplicable if isinstance(value, Inapplicable) else Blocked)(value.why)
            return value

    def __repr__(self) -> str:
        shown = (f"{name}={observed(self, name)!r}" for name in _names(self))
        return f"{type(self).__name__}({', '.join(shown)})"


F = TypeVar("F", bound=Facts)


def _names(facts: Facts) -> list[str]:
    return [field.name for field in dataclasses.fields(facts)]  # type: ignore[arg-type]


def observed(facts: Facts, name: str) -> Any:
    """Give the field `name` as it stands: its value, or the `Unobserved` in its place. Never raises Blocked."""
    return object.__getattribute__(facts, name)


def reason(facts: Facts, name: str) -> str | None:
    """Tell why the field `name` of `facts` is unobserved or has no meaning; None when it is observed."""
    value = observed(facts, name)
    return value.why if isinstance(value, Unobserved) else None


def replaced(facts: F, **values: Any) -> F:
    """Give the same facts with some fields changed; unobserved ones stay so."""
    return type(facts)(**({name: observed(facts, name) for name in _names(facts)} | values))


def blank(kind: type[F], why: str, **known: Any) -> F:
    """Make facts of which only `known` could be observed: every other field is unobserved, for that reason."""
    gaps = {field.name: Unobserved(why) for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    return kind(**(gaps | known))
