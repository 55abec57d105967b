"""Images too close to call are classified once more, each once, by threads beside a GPU or by whoever has time on a CPU."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from worker.clock import Clock
from worker.record import Record
from worker.source import Synthetic
from worker.tuned import SECOND_LOOK_BATCH, SecondLook

IMAGES = 37
"""Two batches of a GPU's and a bit."""
BROKEN = 5


class Pixels(SimpleNamespace):
    """A tensor, as far as a second look needs one."""

    def view(self, *_: int) -> Pixels:
        """Give itself."""
        return self


class Torch:
    """What a second look calls of torch."""

    uint8 = None

    @staticmethod
    def frombuffer(data: bytearray, dtype: None) -> Pixels:
        """Keep an image's first bytes: they tell it from the others."""
        assert dtype is None
        return Pixels(first=bytes(data[:8]))

    @staticmethod
    def stack(images: list[Pixels]) -> list[bytes]:
        """Put images together."""
        return [image.first for image in images]


class Exact:
    """A network whose classes are the images' first bytes; it notes the sizes of its batches."""

    def __init__(self, device: str) -> None:
        self.device, self.sizes = device, []  # type: ignore[var-annotated]

    def normalised(self, images: list[bytes]) -> list[bytes]:
        """Give the images."""
        return images

    def launch(self, images: list[bytes]) -> Any:
        """Classify them."""
        self.sizes.append(len(images))
        return SimpleNamespace(read=lambda: (None, [int.from_bytes(image, "little") for image in images]))


class Images(Synthetic):  # type: ignore[misc]
    """Synthetic images, one of which cannot be made."""

    def pixels(self, name: str) -> bytes:
        """Make one; raises ValueError for the broken one."""
        if name == self.names()[BROKEN]:
            raise ValueError("broken")
        made: bytes = super().pixels(name)
        return made


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_every_image_once(device: str) -> None:
    """Whatever is added, bit by bit, has its class; one that fails costs itself; no batch is larger than the device's."""
    source, record, exact = Images(IMAGES), Record(Clock()), Exact(device)
    names = source.names()
    look = SecondLook(Torch, exact, source, record, record.clock)
    for start in range(0, IMAGES, 3):
        look.add([(index, names[index], None) for index in range(start, min(IMAGES, start + 3))])
        if device == "cpu":
            look.look(SECOND_LOOK_BATCH[device])
    count = look.finish()
    wanted = {
        name: int.from_bytes(source.pixels(name)[:8], "little") for number, name in enumerate(names) if number != BROKEN
    }
    assert (count, record.top1, [each["reason"] for each in record.failures]) == (
        IMAGES,
        wanted,
        ["ValueError: broken"],
    )
    assert max(exact.sizes) <= SECOND_LOOK_BATCH[device]
