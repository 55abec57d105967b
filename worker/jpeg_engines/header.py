"""What a file's first bytes say: whether a GPU's JPEG decoder makes the same of it as Pillow, and its size."""

from typing import Optional, Tuple, Union

Bytes = Union[bytes, memoryview]
START, END = b"\xff\xd8", b"\xff\xd9"
FILL, BASELINE, SCAN, ADOBE = 0xFF, 0xC0, 0xDA, 0xEE
NO_FRAMES = (0xC4, 0xC8, 0xCC)
"""Among 0xC0 … 0xCF, where frames begin, these define tables, or are reserved (ITU-T T.81, table B.1)."""
SAMPLINGS = (0x11, 0x21, 0x12, 0x22)
"""Luma samples a chroma sample, across and down, four bits each: 4:4:4, 4:2:2, 4:4:0, 4:2:0."""
YCC = 1
"""The colour transform in Adobe's marker; 0 is RGB or CMYK as they are."""
LEAST_SIDE = 64
MOST_PIXELS = 40000000
"""Smaller and larger ones are left to Pillow: the engines' limits differ from card to card, and memory is set aside for the largest."""


def plain_size(data: Bytes) -> Optional[Tuple[int, int]]:
    """Give (width, height) of a whole baseline JPEG, grey or YCbCr, in one scan; None for any other file.

    `data` is bytes or a memoryview of them. Files cut short, with bytes behind their end, progressive, RGB, CMYK or of no
    usual sampling are None: what a decoder makes of those is its own affair.
    """
    if len(data) < 4 or data[:2] != START or data[-2:] != END:
        return None
    try:
        return _plain_size(data)
    except IndexError:
        return None


def _plain_size(data: Bytes) -> Optional[Tuple[int, int]]:
    at = 2
    frame: Optional[Tuple[int, int, int]] = None
    while data[at] == FILL:
        marker = data[at + 1]
        if marker == FILL:
            at += 1
            continue
        segment, following = at + 4, at + 2 + (data[at + 2] << 8 | data[at + 3])
        if marker == SCAN:
            return frame[:2] if frame and data[segment] == frame[2] else None
        if marker == BASELINE:
            frame = _frame(data, segment)
            if frame is None:
                return None
        elif (0xC0 <= marker <= 0xCF and marker not in NO_FRAMES) or (
            marker == ADOBE and data[segment : segment + 5] == b"Adobe" and data[segment + 11] != YCC
        ):
            return None
        at = following
    return None


def _frame(data: Bytes, at: int) -> Optional[Tuple[int, int, int]]:
    """Give (width, height, components) of a frame of 8 bits that is grey or YCbCr; None for another."""
    height, width = data[at + 1] << 8 | data[at + 2], data[at + 3] << 8 | data[at + 4]
    components = data[at + 5]
    parts = [(data[at + 6 + 3 * part], data[at + 7 + 3 * part]) for part in range(components)]
    if components == 1:
        usual = parts[0][1] == SAMPLINGS[0]
    else:
        usual = (
            [name for name, _ in parts] == [1, 2, 3] and parts[0][1] in SAMPLINGS and parts[1][1] == parts[2][1] == 0x11
        )
    fit = data[at] == 8 and usual and min(width, height) >= LEAST_SIDE and width * height <= MOST_PIXELS
    return (width, height, components) if fit else None
