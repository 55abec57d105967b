"""JPEGs decoded and resized on the GPU, beside the network: by its JPEG engines where it has them.

What nvJPEG may see otherwise than Pillow does never comes here as a file: the readers have made pixels of it already.
Pixels differ from libjpeg-turbo's by at most 1 of 255.
"""

import io
import queue
import threading
from typing import Any, Callable, Iterable, Iterator, List, Optional, Tuple, Union

import numpy
import torch
from PIL import Image

from worker import decode
from worker.clock import Clock
from worker.decode import CROPPED_BYTES
from worker.jpeg_engines.early import Ready
from worker.jpeg_engines.group import GROUP, Group, Row, in_memory
from worker.jpeg_engines.header import MOST_PIXELS
from worker.jpeg_engines.read_processes import HELD_GROUPS
from worker.jpeg_engines.resize import CROPPED_ALREADY, Numbers, Resizer, numbers_of
from worker.record import Record
from worker.source import Member

BUFFERS = 5
"""Batches on their way: being filled, waiting, in the network, and whose answers are read."""
ARENAS = HELD_GROUPS - 1
"""Being decoded into, waiting, being resized from."""
WARM_UP_SIZE = (640, 480)
ARENA_BYTES = 3 * MOST_PIXELS
ALIGNED = 256

Take = Callable[[], Optional[Group]]
Placed = Tuple[Row, int]
"""A file, and where in an arena its pixels begin."""


class Batch:
    """Normalised images on the device, (n, 224, 224, 3), ready when `event` is past; and whose they are."""

    def __init__(self, images: torch.Tensor) -> None:
        self.images, self.event = images, torch.cuda.Event()
        self.members: List[Member] = []


class Arena:
    """Memory for the pixels of some files of a group, which it holds: full when `decoded` is past, free again when `resized` is."""

    def __init__(self) -> None:
        self.pixels = torch.empty(ARENA_BYTES, device="cuda", dtype=torch.uint8)
        self.start = self.pixels.data_ptr()
        self.decoded, self.resized = torch.cuda.Event(), torch.cuda.Event()
        self.group: Optional[Group] = None
        self.found: List[Tuple[Row, int, Numbers]] = []
        self.sent: Any = None

    def fill(self, group: Group) -> None:
        """Wait until it is free again, and take it for files of a group; the one before is held no longer."""
        self.resized.synchronize()
        if self.group is not None:
            self.group.release()
        group.hold()
        self.group, self.found = group, []


class GpuDecoder:
    """Two threads, each with a stream of its own: one decodes groups of files, the other resizes them into batches."""

    def __init__(self, ready: Ready, batch: int, type_of_numbers: torch.dtype) -> None:
        self.jpeg, self.resizer = ready.jpeg, Resizer(ready, type_of_numbers)
        self.name = "nvJPEG (the GPU's JPEG engines), resized on the GPU as Pillow does"
        self.batch, self.refused = batch, 0
        self.current: Optional[Batch] = None
        self.why: Optional[Exception] = None
        self.decoding, self.resizing = torch.cuda.Stream(priority=-1), torch.cuda.Stream(priority=-1)
        self.threads: List[threading.Thread] = []
        self.arenas: "queue.Queue[Optional[Arena]]" = queue.Queue()
        self.full: "queue.Queue[Optional[Arena]]" = queue.Queue()
        self.free: "queue.Queue[Optional[torch.Tensor]]" = queue.Queue()
        self.ready: "queue.Queue[Union[Batch, Exception, None]]" = queue.Queue()
        for _ in range(ARENAS):
            self.arenas.put(Arena())
        for _ in range(BUFFERS):
            images = torch.empty(batch, decode.CROPPED, decode.CROPPED, 3, device="cuda", dtype=type_of_numbers)
            self.free.put(images)

    def warm_up(self) -> None:
        """Decode and resize what is never classified: libraries loaded, memory had, the kernel made before the clock."""
        file = io.BytesIO()
        Image.effect_noise(WARM_UP_SIZE, 64).convert("RGB").save(file, "JPEG", quality=90)
        group = in_memory([Member(index, "warm-up", file.getvalue()) for index in range(min(GROUP, self.batch))])
        groups: List[Optional[Group]] = [group] * ARENAS
        record = Record(Clock())
        for batch in self.batches(iter([*groups, None]).__next__, record):
            batch.event.synchronize()
            self.done(batch)
        if record.fallbacks:
            raise RuntimeError(record.fallbacks[0].why)

    def batches(self, take: Take, record: Record) -> Iterator[Batch]:
        """Yield batches until `take` gives no more groups; each must be given back by `done`. Raises what a thread raised."""
        works = (lambda: self._decode_all(take, record), self._resize_all)
        self.threads = [threading.Thread(target=self._run, args=(work,), daemon=True) for work in works]
        for thread in self.threads:
            thread.start()
        batch = self.ready.get()
        while batch is not None:
            if isinstance(batch, Exception):
                raise batch
            yield batch
            batch = self.ready.get()
        if self.refused:
            record.fell_back("{} JPEGs on the GPU".format(self.refused), self.why)

    def done(self, batch: Batch) -> None:
        """Take a batch's memory back."""
        self.free.put(batch.images)

    def close(self) -> None:
        """End the threads: where one has failed, the other waits for it, and holds all memory that there is."""
        self.arenas.put(None)
        self.full.put(None)
        self.free.put(None)
        for thread in self.threads:
            thread.join()

    def _run(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:
            self.ready.put(error)

    def _decode_all(self, take: Take, record: Record) -> None:
        self.decoding.synchronize()  # also makes torch's CUDA context this thread's: nvJPEG needs one
        with torch.cuda.stream(self.decoding):
            group = take()
            while group:
                with group:
                    for part in parts(group.rows):
                        arena = self.arenas.get()
                        if arena is None:
                            return
                        arena.fill(group)
                        with record.clock.phase("decode"):
                            self._decode(group, part, arena, record)
                        self.full.put(arena)
                group = take()
        self.full.put(None)

    def _decode(self, group: Group, part: List[Placed], arena: Arena, record: Record) -> None:
        """Put the pixels of some files of a group into an arena."""
        files = [(row, offset) for row, offset in part if row.width]
        pixels: List[Tuple[Row, int, Union[bytes, memoryview]]] = [
            (row, offset, group.bytes_of(row)) for row, offset in part if not row.width
        ]
        try:
            self._by_nvjpeg(group, files, arena.start)
            arena.found += [(row, offset, numbers_of(row.width, row.height, row.width * 3)) for row, offset in files]
        except RuntimeError as error:  # one of them is no good: which, nvJPEG does not say
            self.refused, self.why = self.refused + len(files), error
            pixels += self._by_pillow(group, files, record)
        for row, offset, data in pixels:
            there = torch.frombuffer(bytearray(data), dtype=torch.uint8)
            arena.pixels[offset : offset + CROPPED_BYTES].copy_(there)
            arena.found.append((row, offset, CROPPED_ALREADY))
        arena.decoded.record()

    def _by_nvjpeg(self, group: Group, files: List[Placed], start: int) -> None:
        if files:
            self.jpeg.decode(
                numpy.array([group.address + row.start for row, _ in files], numpy.uint64),
                numpy.array([row.length for row, _ in files], numpy.uint64),
                numpy.array([start + offset for _, offset in files], numpy.uint64),
                numpy.array([row.width * 3 for row, _ in files], numpy.uint64),
                self.decoding.cuda_stream,
            )

    def _by_pillow(self, group: Group, files: List[Placed], record: Record) -> List[Tuple[Row, int, bytes]]:
        found = []
        for row, offset in files:
            try:
                found.append((row, offset, decode.cropped_pixels(group.bytes_of(row))))
            except Exception as error:
                record.failed(group.names[row.number], row.number, error)
        return found

    def _resize_all(self) -> None:
        with torch.cuda.stream(self.resizing):
            arena = self.full.get()
            while arena:
                self.resizing.wait_event(arena.decoded)
                arena.sent = self._resize(arena)
                arena.resized.record()
                self.arenas.put(arena)
                arena = self.full.get()
            if self.current:
                self._hand_over(self.current)
        self.ready.put(None)

    def _resize(self, arena: Arena) -> Any:
        """Resize images into the batch at hand, and into the next ones where it is full."""
        sent: List[Any] = []
        found = arena.found
        while found and arena.group is not None:
            if self.current is None:
                images = self.free.get()
                if images is None:
                    return sent
                self.current = Batch(images)
            batch, names = self.current, arena.group.names
            start = len(batch.members)
            now, found = found[: self.batch - start], found[self.batch - start :]
            addresses = [arena.start + offset for _, offset, _ in now]
            sent.append(self.resizer.resize(addresses, [numbers for _, _, numbers in now], batch.images[start:]))
            batch.members.extend(Member(row.number, names[row.number], None) for row, _, _ in now)
            if len(batch.members) == self.batch:
                self._hand_over(batch)
        return sent

    def _hand_over(self, batch: Batch) -> None:
        batch.event.record()
        self.ready.put(batch)
        self.current = None


def parts(rows: Iterable[Row]) -> Iterator[List[Placed]]:
    """Split rows into runs whose pixels an arena holds, each row with where in it its pixels begin."""
    now: List[Placed] = []
    end = 0
    for row in rows:
        size = -(-max(row.width * row.height * 3, CROPPED_BYTES) // ALIGNED) * ALIGNED
        if end + size > ARENA_BYTES:
            yield now
            now, end = [], 0
        now.append((row, end))
        end += size
    if now:
        yield now
