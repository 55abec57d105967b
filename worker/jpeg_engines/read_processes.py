"""Reading ahead in processes of its own, for a GPU that takes more files a second than threads of one Python can read.

The processes are forked before any thread is started and torch is imported, and wait to be told what to read. They read groups of files
into shared memory and tell the parent where they lie. What a GPU's decoder may see otherwise than Pillow does, they decode themselves,
on the cores that are left. A group's place is free again when the group is released.
"""

import mmap
import os
import select
import signal
import threading
from contextlib import suppress
from functools import partial
from typing import Dict, Iterable, List, Optional, Set, Tuple

from worker import machine
from worker.jpeg_engines.group import GROUP, Group, Row, address_of
from worker.jpeg_engines.pipe import receive, send
from worker.jpeg_engines.reader import Places, Told, read_groups
from worker.record import Record
from worker.source import Numbered

LEAST_PROCESSES, MOST_PROCESSES = 4, 8
"""Half of the cores, within these: where files come over a network, a few more wait better."""
HELD_GROUPS = 4
"""Groups that the decoder holds at most: one in each of its arenas, and the one at hand."""
SLOTS = HELD_GROUPS + 2
"""Places of one process: more than the decoder holds, so that none waits for ever, and two to read into meanwhile."""
SLOT_BYTES, LEAST_SLOT_BYTES = 16 << 20, 1 << 20
MEMORY_SHARE = 16
"""At most this part of the memory is for files read ahead."""
ENDED = "ChildProcessError: the process that was to read it has ended"


class Reader:
    """A child: the pipe on which it tells what it read, the one on which it is told things, and what it has yet to read."""

    def __init__(self, told: int, tell: int) -> None:
        self.told, self.tell = told, tell
        self.is_open, self.lock = True, threading.Lock()
        self.left: Set[int] = set()

    def give(self, groups: List[Numbered]) -> None:
        """Tell it what to read; one that has ended reads nothing."""
        self.left = {index for group in groups for index, _ in group}
        with suppress(BrokenPipeError):
            send(self.tell, groups)

    def free(self, places: Iterable[int]) -> None:
        """Tell it of free places; one that has ended needs none."""
        with self.lock, suppress(BrokenPipeError):
            if self.is_open:
                os.write(self.tell, bytes(places))

    def close(self) -> None:
        """Close both pipes."""
        with self.lock:
            self.is_open = False
            os.close(self.told)
            os.close(self.tell)


class ReadProcesses:
    """Forks readers for a folder; `give` says what to read, `start` sets them going, `take` gives what they read.

    Raises OSError where there is no room for them: too little memory, too many processes, too many open files.
    """

    def __init__(self, folder: str) -> None:
        self.folder, self.lock = folder, threading.Lock()
        self.names: Dict[int, str] = {}
        self.record: Optional[Record] = None
        count = max(LEAST_PROCESSES, min(MOST_PROCESSES, machine.cores() // 2))
        room = machine.memory_bytes() // MEMORY_SHARE // count // SLOTS
        self.slot_bytes = max(LEAST_SLOT_BYTES, min(SLOT_BYTES, room))
        self.memory = mmap.mmap(-1, self.slot_bytes * SLOTS * count)
        self.view, self.address = memoryview(self.memory), address_of(self.memory)
        self.readers: Dict[int, Reader] = {}
        """Those that have not ended, by the pipe on which they tell."""
        self.children: List[int] = []
        try:
            for number in range(count):
                self._fork(number)
        except OSError:
            self.stop()
            raise

    def _fork(self, number: int) -> None:
        pipes: List[int] = []
        try:
            pipes += os.pipe()
            pipes += os.pipe()
            child = os.fork()
        except OSError:
            for descriptor in pipes:
                os.close(descriptor)
            raise
        from_parent, tell, told, to_parent = pipes
        if child == 0:
            self._child(number, from_parent, to_parent, [tell, told])
        self.children.append(child)
        os.close(from_parent)
        os.close(to_parent)
        self.readers[told] = Reader(told, tell)

    def _child(self, number: int, from_parent: int, to_parent: int, others: List[int]) -> None:
        """Be a reader; never returns."""
        try:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            for descriptor in others + [pipe for each in self.readers.values() for pipe in (each.told, each.tell)]:
                os.close(descriptor)
            places = Places(self.view, number * SLOTS * self.slot_bytes, self.slot_bytes, SLOTS)
            read_groups(self.folder, places, from_parent, to_parent)
        finally:
            os._exit(0)

    def give(self, numbered: Numbered, record: Record) -> None:
        """Share the images out: each reader gets every so-many-th group."""
        self.names, self.record = dict(numbered), record
        groups = [numbered[start : start + GROUP] for start in range(0, len(numbered), GROUP)]
        readers = list(self.readers.values())
        for number, reader in enumerate(readers):
            reader.give(groups[number :: len(readers)])

    def start(self) -> None:
        """Set the readers going: all their places are free."""
        for reader in self.readers.values():
            reader.free(range(SLOTS))

    def take(self) -> Optional[Group]:
        """Give the next group, and None when there is no more; hold it, and release it."""
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
            group = self._group(message, reader)
            if group:
                return group

    def _group(self, message: Told, reader: Reader) -> Optional[Group]:
        """Note what a reader told; give the group, None where it read nothing: then its place is free again."""
        number, start_s, read_s, end_s, rows, failures = message
        reader.left.difference_update([row[0] for row in rows], [index for index, _ in failures])
        assert self.record
        clock = self.record.clock
        clock.add("read", start_s - clock.started_s, read_s - clock.started_s)
        if end_s > read_s:
            clock.add("decode", read_s - clock.started_s, end_s - clock.started_s)
        self._fail(failures)
        if not rows:
            reader.free([number])
            return None
        give_back = partial(reader.free, [number])
        return Group([Row(*row) for row in rows], self.names, self.view, self.address, give_back)

    def _fail(self, failures: Iterable[Tuple[int, str]]) -> None:
        for index, reason in failures:
            assert self.record
            self.record.failed(self.names[index], index, reason)

    def stop(self) -> None:
        """End the readers."""
        with self.lock:
            for reader in self.readers.values():
                reader.close()
            self.readers = {}
        for child in self.children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        self.children = []
