"""{available, index, total_jobs} -> [start, stop] of that shard, or the words with which it is refused."""

from typing import Any, Dict

from selftest.worker.drivers.answering import answer
from worker.source import shard_range


def range_of(asked: Dict[str, int]) -> Any:
    """Give the range, or the refusal's words."""
    try:
        return shard_range(asked["available"], asked["index"], asked["total_jobs"])
    except ValueError as error:
        return str(error)


if __name__ == "__main__":
    answer(range_of)
