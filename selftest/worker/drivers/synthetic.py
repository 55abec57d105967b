"""[number, ...] -> whether each synthetic image is to the bit the one that numpy's generator makes."""

from typing import List

import numpy

from selftest.worker.drivers.answering import answer
from worker.source import SYNTHETIC_SIZE, Synthetic


def is_numpys(number: int) -> bool:
    """Compare one."""
    shape = (SYNTHETIC_SIZE, SYNTHETIC_SIZE, 3)
    theirs = numpy.random.RandomState(number).randint(0, 256, shape, dtype=numpy.uint8).tobytes()
    return bool(Synthetic(number + 1).pixels("synthetic-{:06d}".format(number)) == theirs)


def compare(numbers: List[int]) -> List[bool]:
    """Compare them."""
    return [is_numpys(number) for number in numbers]


if __name__ == "__main__":
    answer(compare)
