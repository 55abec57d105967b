"""What one reading process does: it reads its groups of files into its places of the shared memory, and tells what lies where."""

import mmap
import os
import time
from typing import List, NamedTuple, Tuple

from worker.jpeg_engines.group import NoRoomError, laid
from worker.jpeg_engines.pipe import receive, send
from worker.record import reason_of
from worker.source import Numbered

PlainRow = Tuple[int, int, int, int, int]
"""A `group.Row`, as it goes through the pipe."""
Told = Tuple[int, float, float, float, List[PlainRow], List[Tuple[int, str]]]
"""A place, when reading began, when reading ended and decoding began, when that ended (time.monotonic, one clock for all processes), rows, (index, reason) of failures."""


class Places(NamedTuple):
    """A reader's part of the shared memory: its bytes from `start` on, in a `number` of places of `size` bytes each."""

    memory: memoryview
    start: int
    size: int
    number: int

    def touch(self) -> None:
        """Have all pages from the kernel now, while torch is imported, not when a file waits."""
        for page in range(self.start, self.start + self.number * self.size, mmap.PAGESIZE):
            self.memory[page] = 0


def read_groups(folder: str, places: Places, from_parent: int, to_parent: int) -> None:
    """Read until there is no more, or no parent: first it says what to read, then, byte by byte, which places are free."""
    groups = receive(from_parent)
    if groups is None:
        return
    places.touch()
    for whole in groups:
        group = whole
        while group:
            free = os.read(from_parent, 1)
            if not free:
                return
            start_s = time.monotonic()
            rows, failures, decode_s, group = _read_group(folder, group, places, free[0])
            end_s = time.monotonic()
            told: Told = (free[0], start_s, end_s - decode_s, end_s, rows, failures)
            send(to_parent, told)


def _read_group(
    folder: str, group: Numbered, places: Places, number: int
) -> Tuple[List[PlainRow], List[Tuple[int, str]], float, Numbered]:
    """Read as much of the group as fits; give (rows, failures, seconds that Pillow took, the rest of the group)."""
    base, used, decode_s = places.start + number * places.size, 0, 0.0
    rows: List[PlainRow] = []
    failures: List[Tuple[int, str]] = []
    for position, (index, name) in enumerate(group):
        place = places.memory[base + used : base + places.size]
        try:
            data = read(os.path.join(folder, name), place, whole=used == 0)
            started_s = time.monotonic()
            length, width, height = laid(data, place)
            decode_s += time.monotonic() - started_s if not width else 0.0
        except NoRoomError:
            return rows, failures, decode_s, group[position:]
        except Exception as error:
            failures.append((index, reason_of(error)))
        else:
            rows.append((index, base + used, length, width, height))
            used += length
    return rows, failures, decode_s, []


def read(path: str, place: memoryview, whole: bool) -> memoryview:
    """Read a file into a piece of memory, if it fits; give its bytes. Raises OSError, with the file's name.

    One that does not fit raises NoRoomError, unless the place is a `whole` one: then its bytes are given all the same.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        length = os.fstat(descriptor).st_size
        if length > len(place) and not whole:
            raise NoRoomError
        data = place[:length] if length <= len(place) else memoryview(bytearray(length))
        return data[: _read_into(descriptor, data)]
    except OSError as error:
        error.filename = error.filename or path
        raise
    finally:
        os.close(descriptor)


def _read_into(descriptor: int, place: memoryview) -> int:
    """Fill a piece of memory from a file; give how many bytes there were."""
    done = 0
    while done < len(place):
        count = os.readv(descriptor, [place[done:]])
        if count == 0:
            break
        done += count
    return done
