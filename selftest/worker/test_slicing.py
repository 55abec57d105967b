"""The shards' ranges: every image once, whatever the counts."""

from __future__ import annotations

import importlib
from collections.abc import Callable

import pytest

# By name: the worker is Python 3.6 without annotations, which mypy --strict would complain of on import.
shard_range: Callable[[int, int, int], tuple[int, int]] = importlib.import_module("worker.source").shard_range

AVAILABLE = (0, 1, 2, 7, 120, 1199, 1200, 1201)
SHARDS = (1, 2, 3, 7, 20)


def ranges(available: int, total_jobs: int) -> list[range]:
    """Give every shard's images, in the order of the index."""
    return [range(*shard_range(available, index, total_jobs)) for index in range(total_jobs)]


@pytest.mark.parametrize("total_jobs", SHARDS)
@pytest.mark.parametrize("available", AVAILABLE)
def test_every_image_once(available: int, total_jobs: int) -> None:
    """The shards put together are all images, in order, none twice."""
    assert [image for shard in ranges(available, total_jobs) for image in shard] == list(range(available))


@pytest.mark.parametrize("total_jobs", SHARDS)
@pytest.mark.parametrize("available", AVAILABLE)
def test_last_takes_the_remainder(available: int, total_jobs: int) -> None:
    """All shards but the last are of one size; what does not divide goes to the last."""
    *others, last = map(len, ranges(available, total_jobs))
    assert others == [available // total_jobs] * (total_jobs - 1)
    assert last == available // total_jobs + available % total_jobs


def test_the_missions_shards() -> None:
    """120 images on two agents are 60 each."""
    assert ranges(120, 2) == [range(60), range(60, 120)]


@pytest.mark.parametrize(("index", "total_jobs"), [(-1, 2), (2, 2), (3, 2), (0, 0), (0, -1)])
def test_no_such_shard(index: int, total_jobs: int) -> None:
    """An index that is none of the shards' is refused, and so is a job of no shards."""
    with pytest.raises(ValueError, match=f"index {index} is none of the {total_jobs} shards'"):
        shard_range(120, index, total_jobs)
