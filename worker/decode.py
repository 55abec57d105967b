"""From a file's bytes to pixels: those of the mission's transforms, and the same got faster. Needs Pillow alone."""

import io
from typing import Tuple, Union

from PIL import Image, UnidentifiedImageError

RESIZED = 256
CROPPED = 224
CROPPED_BYTES = CROPPED * CROPPED * 3
MEANS = (0.485, 0.456, 0.406)
DEVIATIONS = (0.229, 0.224, 0.225)

BILINEAR: int = Image.BILINEAR  # type: ignore[attr-defined]  # newer Pillow makes it by its name, at run time
Bytes = Union[bytes, memoryview]


def open_rgb(data: Bytes) -> Image.Image:
    """Decode a JPEG (grey, CMYK, progressive …) to RGB as the mission's loop does: EXIF rotation is not applied."""
    try:
        opened = Image.open(io.BytesIO(data))
    except UnidentifiedImageError:
        raise UnidentifiedImageError("no image that Pillow knows") from None  # its own words end in an object's address
    with opened as image:
        rgb: Image.Image = image.convert("RGB")
        return rgb


def resized_size(width: int, height: int) -> Tuple[int, int]:
    """Give (width, height) after torchvision's Resize(256): the shorter side is 256, the longer one truncated."""
    if width <= height:
        return RESIZED, int(RESIZED * height / width)
    return int(RESIZED * width / height), RESIZED


def crop_corner(wide: int, high: int) -> Tuple[int, int]:
    """Give (left, top) of torchvision's CenterCrop(224): rounded."""
    return round((wide - CROPPED) / 2.0), round((high - CROPPED) / 2.0)


def crop_box(width: int, height: int) -> Tuple[float, float, float, float]:
    """Give the box (left, top, right, bottom) of the image that resizing and cropping keep, in its own pixels."""
    wide, high = resized_size(width, height)
    left, top = crop_corner(wide, high)
    across, down = width / float(wide), height / float(high)
    return left * across, top * down, (left + CROPPED) * across, (top + CROPPED) * down


def cropped_pixels(data: Bytes) -> bytes:
    """Decode, and resample only what the crop keeps: 224 x 224 RGB as bytes.

    Pillow holds the box in single precision: one value in a thousand is off by 1 of 255 from `mission_pixels`.
    """
    image = open_rgb(data)
    return image.resize((CROPPED, CROPPED), BILINEAR, box=crop_box(*image.size)).tobytes()


def mission_pixels(data: Bytes) -> bytes:
    """Decode, resize and crop as the mission's transforms do, to the bit: 224 x 224 RGB as bytes."""
    image = open_rgb(data)
    wide, high = resized_size(*image.size)
    left, top = crop_corner(wide, high)
    return image.resize((wide, high), BILINEAR).crop((left, top, left + CROPPED, top + CROPPED)).tobytes()
