"""Whether the other side of a wire let us in; else what refused."""

from __future__ import annotations

from dataclasses import dataclass

from edgeproof.errors import ConnectError, Does


@dataclass(frozen=True)
class Reach:
    """The error ('' when there was none), the name of its class in `edgeproof.errors`, what to do about it, and what that does.

    `user` is who is logged in, on a node.
    """

    error: str = ""
    kind: str = ""
    fix: str = ""
    does: Does = "reads"
    user: str = ""


def refused(error: ConnectError) -> Reach:
    """Keep of an error what a fact needs of it."""
    return Reach(str(error), type(error).__name__, error.fix, error.does)
