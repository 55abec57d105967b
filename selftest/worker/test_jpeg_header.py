"""What a JPEG's header says, for files of every make that Pillow writes, and for any bytes at all."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from edgeproof.workload.dataset import Recipe, picture
from worker.jpeg_engines.header import LEAST_SIDE, MOST_PIXELS, plain_size

SIZE = (500, 375)
PHOTO = picture(Recipe(1, *SIZE, seed=3), 0)


def jpeg(image: Image.Image = PHOTO, **options: Any) -> bytes:
    """Write an image as a JPEG."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", **options)
    return buffer.getvalue()


PLAIN = jpeg()


@pytest.mark.parametrize(
    "data",
    [
        PLAIN,
        jpeg(subsampling="4:4:4"),
        jpeg(subsampling="4:2:2"),
        jpeg(PHOTO.convert("L")),
        jpeg(quality=5),
        jpeg(optimize=True),
        jpeg(restart_marker_rows=1),
        jpeg(comment=b"\xff\xda" * 9),
    ],
    ids=["4:2:0", "4:4:4", "4:2:2", "grey", "coarse", "own tables", "restart markers", "markers in a comment"],
)
def test_plain(data: bytes) -> None:
    """Its size, from bytes and from shared memory alike."""
    assert (plain_size(data), plain_size(memoryview(bytearray(data)))) == (SIZE, SIZE)


@pytest.mark.parametrize(
    "data",
    [
        jpeg(progressive=True),
        jpeg(PHOTO.convert("CMYK")),
        jpeg(keep_rgb=True),
        jpeg(PHOTO.resize((LEAST_SIDE - 1, 400))),
        PLAIN[:-2],
        PLAIN + b"\0",
        PLAIN[:200] + PLAIN[-2:],
        b"\xff\xd8\xff\xd9",
        b"",
        b"GIF89a",
    ],
    ids=["progressive", "CMYK", "RGB", "narrow", "no end", "bytes behind", "header cut", "no frame", "empty", "GIF"],
)
def test_not_plain(data: bytes) -> None:
    """Left to Pillow."""
    assert plain_size(data) is None


@given(st.binary(max_size=200), st.integers(2, len(PLAIN) - 2))
def test_any_bytes(noise: bytes, at: int) -> None:
    """A header that lies is no reason to stop."""
    found = plain_size(PLAIN[:at] + noise + PLAIN[at:])
    assert found is None or (min(found) >= LEAST_SIDE and found[0] * found[1] <= MOST_PIXELS)
