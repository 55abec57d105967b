"""Where a shard's images come from: a folder of JPEGs, or random pixels made in memory."""

import os

SYNTHETIC_SIZE = 224


def shard_range(available, index, total_jobs):
    """Give (start, stop) of one shard of `available` images: equal shares, the last index takes the remainder.

    Raises ValueError for an index outside 0 … total_jobs - 1.
    """
    if total_jobs < 1 or not 0 <= index < total_jobs:
        raise ValueError("index {} is none of the {} shards'".format(index, total_jobs))
    share = available // total_jobs
    return index * share, available if index == total_jobs - 1 else (index + 1) * share


class Folder:
    """The *.jpg of one folder, sorted by name: the same list on every shard."""

    kind = "directory"

    def __init__(self, path):
        self.path = path

    def names(self):
        """List the names; raises ValueError when the folder holds no JPEG, OSError when it cannot be read."""
        found = sorted(name for name in os.listdir(self.path) if name.endswith(".jpg"))
        if not found:
            raise ValueError("no *.jpg in {}".format(self.path))
        return found

    def read(self, name):
        """Give a file's bytes."""
        with open(os.path.join(self.path, name), "rb", buffering=0) as file:
            return file.read()


class Synthetic:
    """Random RGB images, 224 x 224, each seeded by its number: the same on every machine."""

    kind = "synthetic"
    path = ""

    def __init__(self, total):
        self.total = total

    def names(self):
        """Name the images."""
        return ["synthetic-{:06d}".format(number) for number in range(self.total)]

    def read(self, name):
        """Give the name itself: there is nothing to read."""
        return name

    def pixels(self, name):
        """Make the image: 224 x 224 RGB as bytes."""
        import numpy

        generator = numpy.random.RandomState(int(name.rsplit("-", 1)[1]))
        return generator.randint(0, 256, (SYNTHETIC_SIZE, SYNTHETIC_SIZE, 3), dtype=numpy.uint8).tobytes()
