"""What a JPEG's header says, for files of every make that Pillow writes, and for any bytes at all."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from edgeproof.workload.dataset import Recipe, picture
from selftest.worker.beds.bed import Bed
from selftest.worker.driver import Driver, driver

LEAST_SIDE, MOST_PIXELS = 64, 40000000
"""worker/jpeg_engines/header.py: smaller and larger ones are left to Pillow."""

SIZE = (500, 375)
PHOTO = picture(Recipe(1, *SIZE, seed=3), 0)


def jpeg(image: Image.Image = PHOTO, **options: Any) -> bytes:
    """Write an image as a JPEG."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", **options)
    return buffer.getvalue()


PLAIN = jpeg()


@pytest.fixture(scope="module")
def headers(bed: Bed) -> Iterator[Driver]:
    """A driver that reads headers."""
    with driver(bed, "plain_sizes") as one:
        yield one


def sizes(headers: Driver, data: bytes) -> Any:
    """Give what the header says, from bytes and from shared memory."""
    return headers.ask(base64.b64encode(data).decode())


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
def test_plain(headers: Driver, data: bytes) -> None:
    """Its size, from bytes and from shared memory alike."""
    assert sizes(headers, data) == [list(SIZE), list(SIZE)]


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
def test_not_plain(headers: Driver, data: bytes) -> None:
    """Left to Pillow."""
    assert sizes(headers, data) == [None, None]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=200), st.integers(2, len(PLAIN) - 2))
def test_any_bytes(headers: Driver, noise: bytes, at: int) -> None:
    """A header that lies is no reason to stop."""
    found, _ = sizes(headers, PLAIN[:at] + noise + PLAIN[at:])
    assert found is None or (min(found) >= LEAST_SIDE and found[0] * found[1] <= MOST_PIXELS)
