"""The shards' ranges: every image once, whatever the counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from selftest.worker.beds.bed import Bed
from selftest.worker.driver import Driver, driver

AVAILABLE = (0, 1, 2, 7, 120, 1199, 1200, 1201)
SHARDS = (1, 2, 3, 7, 20)


@pytest.fixture(scope="module")
def shards(bed: Bed) -> Iterator[Driver]:
    """A driver that knows the ranges."""
    with driver(bed, "shard_ranges") as one:
        yield one


def range_of(shards: Driver, available: int, index: int, total_jobs: int) -> Any:
    """Ask for one shard's range, or its refusal."""
    return shards.ask({"available": available, "index": index, "total_jobs": total_jobs})


def ranges(shards: Driver, available: int, total_jobs: int) -> list[range]:
    """Give every shard's images, in the order of the index."""
    return [range(*range_of(shards, available, index, total_jobs)) for index in range(total_jobs)]


@pytest.mark.parametrize("total_jobs", SHARDS)
@pytest.mark.parametrize("available", AVAILABLE)
def test_every_image_once(shards: Driver, available: int, total_jobs: int) -> None:
    """The shards put together are all images, in order, none twice."""
    found = ranges(shards, available, total_jobs)
    assert [image for shard in found for image in shard] == list(range(available))


@pytest.mark.parametrize("total_jobs", SHARDS)
@pytest.mark.parametrize("available", AVAILABLE)
def test_last_takes_the_remainder(shards: Driver, available: int, total_jobs: int) -> None:
    """All shards but the last are of one size; what does not divide goes to the last."""
    *others, last = map(len, ranges(shards, available, total_jobs))
    assert others == [available // total_jobs] * (total_jobs - 1)
    assert last == available // total_jobs + available % total_jobs


def test_the_missions_shards(shards: Driver) -> None:
    """120 images on two agents are 60 each."""
    assert ranges(shards, 120, 2) == [range(60), range(60, 120)]


@pytest.mark.parametrize(("index", "total_jobs"), [(-1, 2), (2, 2), (3, 2), (0, 0), (0, -1)])
def test_no_such_shard(shards: Driver, index: int, total_jobs: int) -> None:
    """An index that is none of the shards' is refused, and so is a job of no shards."""
    assert range_of(shards, 120, index, total_jobs) == f"index {index} is none of the {total_jobs} shards'"
