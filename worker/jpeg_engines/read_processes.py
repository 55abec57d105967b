"""Reading ahead in processes of its own, for a GPU that takes more files a second than threads of one Python can read.

The processes are forked before torch is imported, and wait. They read groups of files into shared memory and tell the parent
where they lie. What a GPU's decoder may see otherwise than Pillow does, they decode themselves, on the cores that are left.
A group's place is free again when the group is forgotten.
"""

import ctypes
import mmap
import os
import pickle
import select
import signal
import struct
import threading
import time
from collections import namedtuple
from contextlib import suppress

from worker import decode, machine
from worker.jpeg_engines.header import plain_size
from worker.record import reason_of

LEAST_PROCESSES, MOST_PROCESSES = 4, 8
"""Half of the cores, within these: where files come over a network, a few more wait better."""
GROUP = 128
"""Files in a group: what the GPU decodes in one call."""
SLOTS = 6
"""Groups that one process may have read and not yet got back: more than the decoder holds at a time, so that none waits for ever."""
SLOT_BYTES, LEAST_SLOT_BYTES = 16 << 20, 1 << 20
MEMORY_SHARE = 16
"""At most this part of the memory is for files read ahead."""
CROPPED_BYTES = decode.CROPPED * decode.CROPPED * 3
LENGTH = struct.Struct("<I")
ENDED = "ChildProcessError: the process that was to read it has ended"

Row = namedtuple("Row", "index start length width height")
"""A file in a group's memory; or, where width and height are 0, what Pillow made of it: 224 x 224 RGB."""


class Group:
    """Files that lie in memory from `address` on; `slot` is kept as long as the group is."""

    def __init__(self, rows, names, memory, address, slot=None):
        self.rows, self.names, self.memory, self.address, self.slot = rows, names, memory, address, slot

    def bytes_of(self, row):
        """Give a row's bytes, not copied."""
        return self.memory[row.start : row.start + row.length]


class NoRoomError(Exception):
    """What is left of a place is too small for a file."""


class Reader:
    """A child: the pipe on which it tells what it read, the one on which it is told of free places, and what it has yet to read."""

    def __init__(self, told, free, groups):
        self.told, self.free = told, free
        self.left = {index for group in groups for index, _ in group}

    def give(self, places):
        """Tell it of free places; one that has ended needs none."""
        if self.free is not None:
            with suppress(BrokenPipeError):
                os.write(self.free, bytes(places))

    def close(self):
        """Close both pipes."""
        os.close(self.told)
        os.close(self.free)
        self.free = None


class Slot:
    """A group's place in shared memory: when nobody holds it any more, its reader may fill it anew."""

    def __init__(self, number, reader):
        self.number, self.reader = number, reader

    def __del__(self):
        self.reader.give([self.number])


class ReadProcesses:
    """Forks readers for (index, name) pairs of a folder; `start` sets them going, `take` gives what they read."""

    def __init__(self, source, numbered, record, clock):
        self.source, self.names, self.record, self.clock = source, dict(numbered), record, clock
        self.early = None
        count = max(LEAST_PROCESSES, min(MOST_PROCESSES, machine.cores() // 2))
        self.slot_bytes = max(
            LEAST_SLOT_BYTES, min(SLOT_BYTES, machine.memory_bytes() // MEMORY_SHARE // count // SLOTS)
        )
        self.memory = mmap.mmap(-1, self.slot_bytes * SLOTS * count)
        self.view, self.address = memoryview(self.memory), address_of(self.memory)
        self.lock = threading.Lock()
        groups = [numbered[start : start + GROUP] for start in range(0, len(numbered), GROUP)]
        self.readers, self.children = {}, []
        for number in range(count):
            own = groups[number::count]
            from_parent, free = os.pipe()
            told, to_parent = os.pipe()
            child = os.fork()
            if child == 0:
                self._child(number, own, from_parent, to_parent, [free, told])
            self.children.append(child)
            os.close(from_parent)
            os.close(to_parent)
            self.readers[told] = Reader(told, free, own)

    def start(self):
        """Set the readers going: all their places are free."""
        for reader in self.readers.values():
            reader.give(range(SLOTS))

    def take(self):
        """Give the next `Group`, and None when there is no more; many threads may ask."""
        while True:
            with self.lock:
                if not self.readers:
                    return None
                told = select.select(list(self.readers), [], [])[0][0]
                message, reader = receive(told), self.readers[told]
                if message is None:
                    del self.readers[told]
                    reader.close()
                    self._fail([(index, ENDED) for index in sorted(reader.left)])
                    continue
            number, start_s, read_s, end_s, rows, failures = message
            slot = Slot(number, reader)
            reader.left.difference_update([row[0] for row in rows], [index for index, _ in failures])
            self.clock.add("read", start_s - self.clock.started_s, read_s - self.clock.started_s)
            if end_s > read_s:
                self.clock.add("decode", read_s - self.clock.started_s, end_s - self.clock.started_s)
            self._fail(failures)
            if rows:
                return Group([Row(*row) for row in rows], self.names, self.view, self.address, slot)

    def _fail(self, failures):
        for index, reason in failures:
            self.record.failed(self.names[index], index, reason)

    def stop(self):
        """End the readers."""
        with self.lock:
            for reader in self.readers.values():
                reader.close()
            self.readers = {}
        for child in self.children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        self.children = []

    def _child(self, number, groups, free, to_parent, others):
        """Read until there is no more, or no parent; never returns."""
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        try:
            own = number * SLOTS * self.slot_bytes
            for page in range(own, own + SLOTS * self.slot_bytes, mmap.PAGESIZE):
                self.memory[page] = 0  # had from the kernel now, while torch is imported, not when a file waits
            for descriptor in others + [pipe for each in self.readers.values() for pipe in (each.told, each.free)]:
                os.close(descriptor)
            for group in groups:
                while group:
                    slot = os.read(free, 1)
                    if not slot:
                        os._exit(0)
                    base = (number * SLOTS + slot[0]) * self.slot_bytes
                    start_s = time.time()
                    rows, failures, decode_s, group = self._read(group, base)
                    end_s = time.time()
                    send(to_parent, (slot[0], start_s, end_s - decode_s, end_s, rows, failures))
        finally:
            os._exit(0)

    def _read(self, group, base):
        """Read as much of the group as fits; give (rows, failures, seconds that Pillow took, the rest of the group)."""
        rows, failures, used, decode_s = [], [], 0, 0.0
        for position, (index, name) in enumerate(group):
            place = self.view[base + used : base + self.slot_bytes]
            try:
                data = read(os.path.join(self.source.path, name), place, whole=used == 0)
                started_s = time.time()
                length, width, height = laid(data, place)
                decode_s += time.time() - started_s if not width else 0.0
            except NoRoomError:
                return rows, failures, decode_s, group[position:]
            except Exception as error:
                failures.append((index, reason_of(error)))
            else:
                rows.append((index, base + used, length, width, height))
                used += length
        return rows, failures, decode_s, []


def read(path, place, whole):
    """Read a file into a piece of memory, if it fits; give its bytes. Raises OSError, with the file's name.

    One that does not fit raises NoRoomError, unless the place is a `whole` one: then its bytes are given all the same.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        length = os.fstat(descriptor).st_size
        if length > len(place) and not whole:
            raise NoRoomError
        data = place[:length] if length <= len(place) else memoryview(bytearray(length))
        return data[: read_into(descriptor, data)]
    except OSError as error:
        error.filename = error.filename or path
        raise
    finally:
        os.close(descriptor)


def laid(data, place):
    """Give (length, width, height) of a file that a GPU may decode, and that lies in its place; else put pixels there.

    Raises what Pillow raises, NoRoomError where there is no room for the pixels.
    """
    size = plain_size(data) if len(data) <= len(place) else None
    if size:
        return (len(data),) + size
    pixels = decode.cropped_pixels(data)
    if len(place) < CROPPED_BYTES:
        raise NoRoomError
    place[:CROPPED_BYTES] = pixels
    return CROPPED_BYTES, 0, 0


def in_memory(files):
    """Give a `Group` of files that are at hand: [(index, name, bytes)]."""
    memory = mmap.mmap(-1, sum(max(len(data), CROPPED_BYTES) for _, _, data in files))
    view, rows, start = memoryview(memory), [], 0
    for index, _, data in files:
        view[start : start + len(data)] = data
        rows.append(Row(index, start, *laid(view[start : start + len(data)], view[start:])))
        start += rows[-1].length
    return Group(rows, {index: name for index, name, _ in files}, view, address_of(memory))


def address_of(memory):
    """Give where a piece of memory begins."""
    return ctypes.addressof(ctypes.c_char.from_buffer(memory))


def read_into(descriptor, place):
    """Fill a piece of memory from a file; give how many bytes there were."""
    done = 0
    while done < len(place):
        count = os.readv(descriptor, [place[done:]])
        if count == 0:
            break
        done += count
    return done


def send(descriptor, message):
    """Write one message to a pipe."""
    data = pickle.dumps(message)
    data = LENGTH.pack(len(data)) + data
    while data:
        data = data[os.write(descriptor, data) :]


def receive(descriptor):
    """Read one message from a pipe; None at its end."""
    head = exactly(descriptor, LENGTH.size)
    return pickle.loads(exactly(descriptor, LENGTH.unpack(head)[0])) if len(head) == LENGTH.size else None


def exactly(descriptor, count):
    """Read so many bytes, fewer only at the end."""
    data = b""
    while len(data) < count:
        part = os.read(descriptor, count - len(data))
        if not part:
            break
        data += part
    return data
