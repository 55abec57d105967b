"""One launch from decoded images of any sizes to the network's input: Pillow's bilinear resize, centre crop, normalise.

Needs Triton, which torch brings where it has a compiler of its own. Every output pixel is summed as Pillow sums it: a
triangle as wide as the scale, along the row first, rounded to 8 bits, then down the column, rounded again.
"""

from functools import lru_cache

import torch
import triton
import triton.language as tl

from worker.decode import CROPPED, crop_box

BLOCK = 256


@triton.jit
def _resized(pointers, numbers, output, BLOCK: tl.constexpr, SIDE: tl.constexpr):
    image = tl.program_id(1)
    pixel = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    inside = pixel < SIDE * SIDE
    source = tl.load(pointers + image).to(tl.pointer_type(tl.uint8))
    row_of_numbers = numbers + image * 8
    width = tl.load(row_of_numbers).to(tl.int32)
    height = tl.load(row_of_numbers + 1).to(tl.int32)
    pitch = tl.load(row_of_numbers + 2).to(tl.int64)
    across = tl.load(row_of_numbers + 5)
    down = tl.load(row_of_numbers + 6)
    reach_x = tl.maximum(across, 1.0)
    reach_y = tl.maximum(down, 1.0)
    centre_x = tl.load(row_of_numbers + 3) + ((pixel % SIDE).to(tl.float32) + 0.5) * across
    centre_y = tl.load(row_of_numbers + 4) + ((pixel // SIDE).to(tl.float32) + 0.5) * down
    first_x = tl.maximum((centre_x - reach_x + 0.5).to(tl.int32), 0)
    last_x = tl.minimum((centre_x + reach_x + 0.5).to(tl.int32), width)
    first_y = tl.maximum((centre_y - reach_y + 0.5).to(tl.int32), 0)
    last_y = tl.minimum((centre_y + reach_y + 0.5).to(tl.int32), height)
    taps_x = tl.max(last_x - first_x, 0)
    taps_y = tl.max(last_y - first_y, 0)
    weight_x = tl.zeros([BLOCK], tl.float32)
    for tap in range(taps_x):
        weight = tl.maximum(1.0 - tl.abs((first_x + tap - centre_x + 0.5) / reach_x), 0.0)
        weight_x += tl.where(first_x + tap < last_x, weight, 0.0)
    weight_y = tl.zeros([BLOCK], tl.float32)
    red = tl.zeros([BLOCK], tl.float32)
    green = tl.zeros([BLOCK], tl.float32)
    blue = tl.zeros([BLOCK], tl.float32)
    for tap_y in range(taps_y):
        y = first_y + tap_y
        weight = tl.where(y < last_y, tl.maximum(1.0 - tl.abs((y - centre_y + 0.5) / reach_y), 0.0), 0.0)
        weight_y += weight
        row_red = tl.zeros([BLOCK], tl.float32)
        row_green = tl.zeros([BLOCK], tl.float32)
        row_blue = tl.zeros([BLOCK], tl.float32)
        for tap_x in range(taps_x):
            x = first_x + tap_x
            there = inside & (y < last_y) & (x < last_x)
            share = tl.maximum(1.0 - tl.abs((x - centre_x + 0.5) / reach_x), 0.0)
            at = source + y * pitch + x * 3
            row_red += share * tl.load(at, mask=there, other=0).to(tl.float32)
            row_green += share * tl.load(at + 1, mask=there, other=0).to(tl.float32)
            row_blue += share * tl.load(at + 2, mask=there, other=0).to(tl.float32)
        red += weight * tl.floor(row_red / weight_x + 0.5)
        green += weight * tl.floor(row_green / weight_x + 0.5)
        blue += weight * tl.floor(row_blue / weight_x + 0.5)
    red = (tl.floor(red / weight_y + 0.5) / 255.0 - 0.485) / 0.229
    green = (tl.floor(green / weight_y + 0.5) / 255.0 - 0.456) / 0.224
    blue = (tl.floor(blue / weight_y + 0.5) / 255.0 - 0.406) / 0.225
    out = output + (image * SIDE * SIDE + pixel).to(tl.int64) * 3
    kind = output.dtype.element_ty
    tl.store(out, red.to(kind), mask=inside)
    tl.store(out + 1, green.to(kind), mask=inside)
    tl.store(out + 2, blue.to(kind), mask=inside)


@lru_cache(maxsize=4096)
def numbers_of(width, height, row_bytes):
    """Give an image's row of numbers: width, height, bytes a row, left, top, source pixels a pixel across and down; one is spare."""
    left, top, right, bottom = crop_box(width, height)
    across, down = (right - left) / CROPPED, (bottom - top) / CROPPED
    return (width, height, row_bytes, left, top, across, down, 0.0)


CROPPED_ALREADY = (CROPPED, CROPPED, CROPPED * 3, 0.0, 0.0, 1.0, 1.0, 0.0)
"""The row of numbers of an image that is resized and cropped: its pixels are only normalised."""


def resize(pointers, numbers, output):
    """Fill `output` (n or more, 224, 224, 3), on the current stream, from n images of interleaved RGB bytes on the device.

    `pointers`: n addresses. `numbers`: n rows as `numbers_of` gives them. What is returned must live until the stream is
    past this: the arguments on their way to the device.
    """
    kept = (
        torch.tensor(pointers, dtype=torch.int64).pin_memory(),
        torch.tensor(numbers, dtype=torch.float32).pin_memory(),
    )
    there = tuple(each.to("cuda", non_blocking=True) for each in kept)
    grid = (triton.cdiv(CROPPED * CROPPED, BLOCK), len(pointers))
    _resized[grid](there[0], there[1], output, BLOCK=BLOCK, SIDE=CROPPED)
    return kept, there
