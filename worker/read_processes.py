"""Reading ahead in processes of its own, for a GPU that takes more files a second than threads of one Python can read.

The processes are forked before torch is imported, and wait. They read groups of files into shared memory and tell the parent
where they lie; a group's place is free again when the last of its images is forgotten.
"""

import mmap
import os
import pickle
import select
import signal
import struct
import threading
import time
from contextlib import suppress

from worker import machine

PROCESSES = 4
GROUP = 256
"""Files in a group: what the GPU decodes in one call."""
SLOTS = 8
"""Groups that one process may have read and not yet got back: more than the decoders hold at a time, so that none waits for ever."""
SLOT_BYTES = 32 << 20
MEMORY_SHARE = 16
"""At most this part of the memory is for files read ahead."""
LENGTH = struct.Struct("<I")


class Reader:
    """A child: the pipe on which it tells what it read, and the one on which it is told of free places."""

    def __init__(self, told, free):
        self.told, self.free = told, free

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
        self.slot_bytes = min(SLOT_BYTES, machine.memory_bytes() // MEMORY_SHARE // PROCESSES // SLOTS)
        self.memory = mmap.mmap(-1, self.slot_bytes * SLOTS * PROCESSES)
        self.view = memoryview(self.memory)
        self.lock = threading.Lock()
        groups = [numbered[start : start + GROUP] for start in range(0, len(numbered), GROUP)]
        self.readers, self.children = {}, []
        for number in range(PROCESSES):
            from_parent, free = os.pipe()
            told, to_parent = os.pipe()
            child = os.fork()
            if child == 0:
                self._child(number, groups[number::PROCESSES], from_parent, to_parent, [free, told])
            self.children.append(child)
            os.close(from_parent)
            os.close(to_parent)
            self.readers[told] = Reader(told, free)

    def start(self):
        """Set the readers going: all their places are free."""
        for reader in self.readers.values():
            reader.give(range(SLOTS))

    def take(self):
        """Give the next group, [(index, name, data, slot)], and None when there is no more; many threads may ask."""
        while True:
            with self.lock:
                if not self.readers:
                    return None
                told = select.select(list(self.readers), [], [])[0][0]
                message, reader = receive(told), self.readers[told]
                if message is None:
                    del self.readers[told]
                    reader.close()
                    continue
            slot_number, start_s, end_s, entries = message
            self.clock.add("read", start_s - self.clock.started_s, end_s - self.clock.started_s)
            slot = Slot(slot_number, reader)
            group = [found for entry in entries for found in self._opened(entry, slot)]
            if group:
                return group

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

    def _opened(self, entry, slot):
        index, start, length, error = entry
        name = self.names[index]
        if error is not None:
            self.record.failed(name, index, error)
        elif start is None:
            try:
                yield index, name, self.source.read(name), None
            except OSError as found:
                self.record.failed(name, index, found)
        else:
            yield index, name, self.view[start : start + length], slot

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
                    entries, group = self._read(group, base)
                    send(to_parent, (slot[0], start_s, time.time(), entries))
            send(to_parent, None)
        finally:
            os._exit(0)

    def _read(self, group, base):
        """Read as much of the group as fits; give ([(index, start, length, error)], the rest of the group)."""
        entries, used = [], 0
        for position, (index, name) in enumerate(group):
            try:
                descriptor = os.open(os.path.join(self.source.path, name), os.O_RDONLY)
                try:
                    length = os.fstat(descriptor).st_size
                    if length > self.slot_bytes:
                        entries.append((index, None, 0, None))
                        continue
                    if used + length > self.slot_bytes:
                        return entries, group[position:]
                    place = self.view[base + used : base + used + length]
                    length = read_into(descriptor, place)
                finally:
                    os.close(descriptor)
                entries.append((index, base + used, length, None))
                used += length
            except OSError as error:
                error.filename = error.filename or os.path.join(self.source.path, name)
                entries.append((index, None, 0, error))
        return entries, []


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
