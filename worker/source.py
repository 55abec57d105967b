"""Where a shard's images come from: a folder of JPEGs, or random pixels made in memory."""

import os
import random
from typing import List, NamedTuple, Optional, Tuple

SYNTHETIC_SIZE = 224
STATE_WORDS, STATE_VERSION = 624, 3
"""Of MT19937, and of the tuple that random.Random.setstate takes."""

Numbered = List[Tuple[int, str]]
"""A shard's images: their places in the sorted list of all, and their names."""


class Member(NamedTuple):
    """An image on its way: its place in the list of all, its name, and its file's bytes; None where those are not at hand."""

    number: int
    name: str
    data: Optional[bytes]


def shard_range(available: int, index: int, total_jobs: int) -> Tuple[int, int]:
    """Give (start, stop) of one shard of `available` images: equal shares, the last index takes the remainder.

    Raises ValueError for an index outside 0 … total_jobs - 1.
    """
    if total_jobs < 1 or not 0 <= index < total_jobs:
        raise ValueError("index {} is none of the {} shards'".format(index, total_jobs))
    share = available // total_jobs
    return index * share, available if index == total_jobs - 1 else (index + 1) * share


class Source:
    """What images are had from; `path` is where, "" in memory."""

    kind = ""

    def __init__(self, path: str) -> None:
        self.path = path

    def names(self) -> List[str]:
        """List all images; raises ValueError where there are none, OSError where that cannot be known."""
        raise NotImplementedError

    def read(self, name: str) -> bytes:
        """Give what is read of an image before it is decoded."""
        raise NotImplementedError


class Folder(Source):
    """The *.jpg of one folder, sorted by name: the same list on every shard."""

    kind = "directory"

    def names(self) -> List[str]:
        """List the names; raises ValueError when the folder holds no JPEG, OSError when it cannot be read."""
        found = sorted(name for name in os.listdir(self.path) if name.endswith(".jpg"))
        if not found:
            raise ValueError("no *.jpg in {}".format(self.path))
        return found

    def read(self, name: str) -> bytes:
        """Give a file's bytes."""
        with open(os.path.join(self.path, name), "rb", buffering=0) as file:
            return file.read()


class Synthetic(Source):
    """Random RGB images, 224 x 224, each seeded by its number: the same on every machine."""

    kind = "synthetic"

    def __init__(self, total: int) -> None:
        super().__init__("")
        self.total = total

    def names(self) -> List[str]:
        """Name the images."""
        return ["synthetic-{:06d}".format(number) for number in range(self.total)]

    def read(self, name: str) -> bytes:
        """Give nothing: there is nothing to read."""
        return b""

    def pixels(self, name: str) -> bytes:
        """Make the image: 224 x 224 RGB as bytes, those of numpy.random.RandomState(number).randint(0, 256, …, uint8), had without numpy."""
        count = SYNTHETIC_SIZE * SYNTHETIC_SIZE * 3
        generator = mersenne_twister(int(name.rsplit("-", 1)[1]))
        return generator.getrandbits(8 * count).to_bytes(count, "little")


def mersenne_twister(seed: int) -> random.Random:
    """Give Python's generator in the state that MT19937's own seeding gives (Matsumoto and Nishimura, 2002: init_genrand), as numpy's is."""
    state = [seed]
    for number in range(1, STATE_WORDS):
        last = state[-1]
        state.append((1812433253 * (last ^ last >> 30) + number) & 0xFFFFFFFF)
    generator = random.Random()
    generator.setstate((STATE_VERSION, (*state, STATE_WORDS), None))
    return generator
