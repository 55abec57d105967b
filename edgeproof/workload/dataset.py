"""Makes JPEGs to classify: photo-like, of a given size, some corrupt on request, the same from the same seed."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from edgeproof.errors import DatasetError

if TYPE_CHECKING:
    from PIL.Image import Image

QUALITY = 90
LEAST_SIDE, MOST_SIDE = 32, 8192
OURS = "image-[0-9][0-9][0-9][0-9][0-9].jpg"
"""The names edgeproof gives its images, as a pattern of the shell's (fnmatch)."""

NOTE = "edgeproof-dataset.json"
"""Written beside the images: how they were made, and which are corrupt on purpose."""


@dataclass(frozen=True)
class Recipe:
    """What a dataset is made to: `count` images of `width` x `height` pixels, `corrupt` of them, evenly spread, truncated."""

    count: int
    width: int = 500
    height: int = 375
    corrupt: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.count < 1 or not 0 <= self.corrupt <= self.count:
            raise DatasetError(
                f"--count {self.count} --corrupt {self.corrupt}: at least one image, at most all of them corrupt"
            )
        if not (LEAST_SIDE <= self.width <= MOST_SIDE and LEAST_SIDE <= self.height <= MOST_SIDE):
            raise DatasetError(f"--size {self.width}x{self.height}: {LEAST_SIDE} to {MOST_SIDE} pixels a side")

    def names(self) -> list[str]:
        """Name the files."""
        return [f"image-{number:05d}.jpg" for number in range(self.count)]

    def corrupt_names(self) -> list[str]:
        """Name the corrupt ones: spread over the whole, so that every shard may meet one."""
        names = self.names()
        return [names[(2 * number + 1) * self.count // (2 * self.corrupt)] for number in range(self.corrupt)]


def make_dataset(folder: Path, recipe: Recipe) -> None:
    """Write the images and their note; raises DatasetError where `folder` holds other JPEGs or cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        made_before = (folder / NOTE).exists()
        ours = [file for file in folder.glob("*.jpg") if made_before and fnmatchcase(file.name, OURS)]
        others = sorted(file.name for file in folder.glob("*.jpg") if file not in ours)
        if others:
            raise DatasetError(
                f"{folder} contains {len(others)} JPEGs that edgeproof did not make ({others[0]} …)",
                "name an empty folder",
            )
        for file in ours:
            file.unlink()
        corrupt = set(recipe.corrupt_names())
        note = {"schema": "edgeproof.dataset/1", "seed": recipe.seed, "count": recipe.count, "corrupt": sorted(corrupt)}
        (folder / NOTE).write_text(json.dumps(note) + "\n")
        for number, name in enumerate(recipe.names()):
            data = jpeg(recipe, number)
            (folder / name).write_bytes(data[: len(data) // 3] if name in corrupt else data)
    except OSError as error:
        raise DatasetError(f"{folder}: {error.strerror}", "name a folder that you may write to") from error


def jpeg(recipe: Recipe, number: int) -> bytes:
    """Make one image's bytes."""
    import io

    buffer = io.BytesIO()
    picture(recipe, number).save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()


def picture(recipe: Recipe, number: int) -> Image:
    """Paint one image: soft light, some shapes, fine grain; about 50 KB as a JPEG of 500 x 375."""
    from PIL import Image, ImageDraw

    chance = random.Random(f"{recipe.seed} {number}")
    size = (recipe.width, recipe.height)
    coarse = Image.frombytes("RGB", (6, 5), chance.randbytes(90)).resize(size, Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(coarse)
    for _ in range(12):
        left, top = chance.randrange(recipe.width), chance.randrange(recipe.height)
        box = (
            left,
            top,
            left + chance.randrange(10, recipe.width // 2),
            top + chance.randrange(10, recipe.height // 2),
        )
        colour = tuple(chance.randrange(256) for _ in range(3))
        (draw.ellipse if chance.random() < 0.5 else draw.rectangle)(box, fill=colour, outline=(0, 0, 0))
    half = (max(1, recipe.width // 2), max(1, recipe.height // 2))
    grain = Image.frombytes("L", half, chance.randbytes(half[0] * half[1])).resize(size).convert("RGB")
    return Image.blend(coarse, grain, 0.12)
