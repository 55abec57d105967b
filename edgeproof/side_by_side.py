"""The one pool of threads: the same work for many nodes at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from edgeproof import limits

T = TypeVar("T")


def side_by_side(names: Iterable[str], work: Callable[[str], T]) -> dict[str, T]:
    """Do the work for every name at once, `limits.MOST_CONNECTIONS` at most; the first error in the names' order is raised."""
    with ThreadPoolExecutor(max_workers=limits.MOST_CONNECTIONS) as pool:
        futures = {name: pool.submit(work, name) for name in names}
    return {name: future.result() for name, future in futures.items()}
