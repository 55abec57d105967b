"""Files read together: where they lie in memory, and who still needs them there."""

import ctypes
import mmap
from typing import Callable, Dict, Iterable, List, NamedTuple, Optional, Tuple

from worker import decode
from worker.decode import CROPPED_BYTES
from worker.jpeg_engines.header import plain_size
from worker.source import Member

GROUP = 128
"""Files in a group: what the GPU decodes in one call."""


class Row(NamedTuple):
    """A file in a group's memory; or, where width and height are 0, what Pillow made of it: 224 x 224 RGB."""

    number: int
    start: int
    length: int
    width: int
    height: int


class NoRoomError(Exception):
    """What is left of a place is too small for a file."""


class Group:
    """Files that lie in memory from `address` on; `give_back` is called once nobody holds the group any more.

    Only one thread may hold and release: the one that takes groups. A `with` holds it, too.
    """

    def __init__(
        self,
        rows: List[Row],
        names: Dict[int, str],
        memory: memoryview,
        address: int,
        give_back: Optional[Callable[[], None]] = None,
    ) -> None:
        self.rows, self.names, self.memory, self.address, self.give_back = rows, names, memory, address, give_back
        self.holders = 0

    def bytes_of(self, row: Row) -> memoryview:
        """Give a row's bytes, not copied."""
        return self.memory[row.start : row.start + row.length]

    def hold(self) -> None:
        """Keep the files where they are until `release`."""
        self.holders += 1

    def release(self) -> None:
        """Hold no longer; the last who does so gives the place back."""
        self.holders -= 1
        if self.holders == 0 and self.give_back is not None:
            self.give_back()

    def __enter__(self) -> "Group":
        self.hold()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def laid(data: memoryview, place: memoryview) -> Tuple[int, int, int]:
    """Give (length, width, height) of a file that a GPU may decode, and that lies in its place; else put pixels there.

    Raises what Pillow raises, NoRoomError where there is no room for the pixels.
    """
    size = plain_size(data) if len(data) <= len(place) else None
    if size:
        return (len(data), *size)
    pixels = decode.cropped_pixels(data)
    if len(place) < CROPPED_BYTES:
        raise NoRoomError
    place[:CROPPED_BYTES] = pixels
    return CROPPED_BYTES, 0, 0


def in_memory(members: Iterable[Member]) -> Group:
    """Give a group of files that are at hand."""
    files = [(index, name, data or b"") for index, name, data in members]
    memory = mmap.mmap(-1, sum(max(len(data), CROPPED_BYTES) for _, _, data in files))
    view, start = memoryview(memory), 0
    rows: List[Row] = []
    for index, _, data in files:
        view[start : start + len(data)] = data
        rows.append(Row(index, start, *laid(view[start : start + len(data)], view[start:])))
        start += rows[-1].length
    return Group(rows, {index: name for index, name, _ in files}, view, address_of(memory))


def address_of(memory: mmap.mmap) -> int:
    """Give where a piece of memory begins."""
    return ctypes.addressof(ctypes.c_char.from_buffer(memory))
