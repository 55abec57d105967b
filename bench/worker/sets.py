"""The images that the bench classifies: made once, kept in the cache folder."""

from __future__ import annotations

import random
from multiprocessing import Pool
from pathlib import Path

from edgeproof.workload.dataset import Recipe, jpeg
from lab.places import cache_folder

PLAIN = (500, 375)
"""Pixels of the plain set's images, about 50 KB each: as ImageNet's are on average."""
RAGGED = (320, 2000)
"""Least and most pixels a side of the ragged set's images."""
DISTINCT = 3072
"""A larger plain set repeats these under other names: what is read is in the page cache either way."""


def plain_set(count: int) -> Path:
    """Make (or find) `count` JPEGs of one size."""
    distinct = [(*PLAIN, number) for number in range(min(count, DISTINCT))]
    return _made(f"plain-{count}", distinct, count)


def ragged_set(count: int) -> Path:
    """Make (or find) `count` JPEGs of sizes drawn evenly from RAGGED, each side by itself."""
    chance = random.Random(5)
    return _made(
        f"ragged-{count}", [(chance.randint(*RAGGED), chance.randint(*RAGGED), n) for n in range(count)], count
    )


def pixels(folder: Path) -> int:
    """Count the pixels of a set's images."""
    from PIL import Image

    total = 0
    for file in folder.glob("*.jpg"):
        with Image.open(file) as image:
            total += image.width * image.height
    return total


def _made(name: str, images: list[tuple[int, int, int]], count: int) -> Path:
    folder = cache_folder() / "bench" / name
    if (folder / "complete").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    tasks = [(folder / f"image-{number:06d}.jpg", *image) for number, image in enumerate(images)]
    with Pool() as pool:
        pool.map(_write, tasks, chunksize=16)
    for number in range(len(images), count):
        link = folder / f"image-{number:06d}.jpg"
        link.unlink(missing_ok=True)
        link.hardlink_to(tasks[number % len(images)][0])
    (folder / "complete").touch()
    return folder


def _write(task: tuple[Path, int, int, int]) -> None:
    path, width, height, number = task
    path.write_bytes(jpeg(Recipe(number + 1, width, height), number))
