"""Files that a folder of photos may hold, one of each kind: what Pillow opens, and what it does not."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from edgeproof.workload.dataset import Recipe, picture

if TYPE_CHECKING:
    from PIL.Image import Image

GOOD = (
    "plain",
    "greyscale",
    "cmyk",
    "progressive",
    "exif-rotated",
    "huge",
    "tiny",
    "narrow",
    "trailing-bytes",
    "png-named-jpg",
)
BAD = ("truncated", "header-only", "empty", "text", "bomb", "folder", "dangling-link")
ROTATED_90 = 6
"""The EXIF orientation that a phone held upright writes."""
ORIENTATION = 0x0112


def write_odd_files(folder: Path) -> None:
    """Write one file of each kind, named for it: GOOD ones have a class, BAD ones cost themselves."""
    from PIL import Image

    folder.mkdir(parents=True, exist_ok=True)
    photo = picture(Recipe(1, 500, 375, seed=3), 0)
    exif = Image.Exif()
    exif[ORIENTATION] = ROTATED_90
    plain = _jpeg(photo)
    contents = {
        "plain": plain,
        "greyscale": _jpeg(photo.convert("L")),
        "cmyk": _jpeg(photo.convert("CMYK")),
        "progressive": _jpeg(photo, progressive=True),
        "exif-rotated": _jpeg(photo, exif=exif),
        "huge": _jpeg(photo.resize((5000, 4000))),
        "tiny": _jpeg(photo.resize((1, 1))),
        "narrow": _jpeg(photo.resize((40, 700))),
        "trailing-bytes": plain + b"\0" * 100,
        "png-named-jpg": _file(photo, "PNG"),
        "truncated": plain[: len(plain) // 2],
        "header-only": plain[:20],
        "empty": b"",
        "text": b"this is no image\n",
        "bomb": _jpeg(Image.new("L", (13500, 13500))),
    }
    for kind, content in contents.items():
        (folder / f"{kind}.jpg").write_bytes(content)
    (folder / "folder.jpg").mkdir()
    (folder / "dangling-link.jpg").symlink_to(folder / "nowhere")


def _jpeg(image: Image, **options: object) -> bytes:
    return _file(image, "JPEG", quality=90, **options)


def _file(image: Image, form: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()
