"""JPEGs decoded and resized on the GPU, beside the network: by its JPEG engines where it has them.

What nvJPEG may see otherwise than Pillow does never comes here as a file: the readers have made pixels of it already.
Pixels differ from libjpeg-turbo's by at most 1 of 255.
"""

import io
import queue
import threading

import numpy
import torch

from worker import decode
from worker.clock import Clock
from worker.jpeg_engines.header import MOST_PIXELS
from worker.jpeg_engines.read_processes import CROPPED_BYTES, GROUP, in_memory
from worker.jpeg_engines.resize import CROPPED_ALREADY, Resizer, numbers_of
from worker.record import Record

BUFFERS = 5
"""Batches on their way: being filled, waiting, in the network, and whose answers are read."""
ARENAS = 3
"""Being decoded into, waiting, being resized from."""
WARM_UP_SIZE = (640, 480)
ARENA_BYTES = 3 * MOST_PIXELS
ALIGNED = 256


class Batch:
    """Normalised images on the device, (n, 224, 224, 3), ready when `event` is past; and whose they are."""

    def __init__(self, images):
        self.images, self.event, self.members = images, torch.cuda.Event(), []


class Arena:
    """Memory for the pixels of some files of a group: full when `decoded` is past, free again when `resized` is."""

    def __init__(self):
        self.pixels = torch.empty(ARENA_BYTES, device="cuda", dtype=torch.uint8)
        self.start = self.pixels.data_ptr()
        self.decoded, self.resized = torch.cuda.Event(), torch.cuda.Event()
        self.group, self.found, self.sent = None, [], None


class GpuDecoder:
    """Two threads, each with a stream of its own: one decodes groups of files, the other resizes them into batches."""

    def __init__(self, early, batch, type_of_numbers):
        self.jpeg, self.resizer = early.jpeg, Resizer(early, type_of_numbers)
        self.name = "nvJPEG (the GPU's JPEG engines), resized on the GPU as Pillow does"
        self.batch, self.current, self.refused, self.why = batch, None, 0, None
        self.decoding, self.resizing = torch.cuda.Stream(priority=-1), torch.cuda.Stream(priority=-1)
        self.arenas, self.full, self.free, self.ready = queue.Queue(), queue.Queue(), queue.Queue(), queue.Queue()
        for _ in range(ARENAS):
            self.arenas.put(Arena())
        for _ in range(BUFFERS):
            images = torch.empty(batch, decode.CROPPED, decode.CROPPED, 3, device="cuda", dtype=type_of_numbers)
            self.free.put(images)

    def warm_up(self):
        """Decode and resize what is never classified: libraries loaded, memory had, the kernel made before the clock."""
        from PIL import Image

        file = io.BytesIO()
        Image.effect_noise(WARM_UP_SIZE, 64).convert("RGB").save(file, "JPEG", quality=90)
        group = in_memory([(index, "warm-up", file.getvalue()) for index in range(min(GROUP, self.batch))])
        clock = Clock()
        record = Record(clock)
        for batch in self.batches(iter([group] * ARENAS + [None]).__next__, record, clock):
            batch.event.synchronize()
            self.done(batch)
        if record.fallbacks:
            raise RuntimeError(record.fallbacks[0]["why"])

    def batches(self, take, record, clock):
        """Yield batches until `take` gives no more groups; each must be given back by `done`. Raises what a thread raised."""
        for work in ((self._decode_all, take, record, clock), (self._resize_all,)):
            threading.Thread(target=self._run, args=work, daemon=True).start()
        batch = self.ready.get()
        while batch is not None:
            if isinstance(batch, Exception):
                raise batch
            yield batch
            batch = self.ready.get()
        if self.refused:
            record.fell_back("{} JPEGs on the GPU".format(self.refused), self.why)

    def done(self, batch):
        """Take a batch's memory back."""
        self.free.put(batch.images)

    def _run(self, work, *arguments):
        try:
            work(*arguments)
        except Exception as error:
            self.ready.put(error)

    def _decode_all(self, take, record, clock):
        self.decoding.synchronize()  # also makes torch's CUDA context this thread's: nvJPEG needs one
        with torch.cuda.stream(self.decoding):
            group = take()
            while group:
                for rows, offsets in parts(group.rows):
                    arena = self.arenas.get()
                    arena.resized.synchronize()
                    with clock.phase("decode"):
                        self._decode(group, rows, offsets, arena, record)
                    self.full.put(arena)
                group = take()
        self.full.put(None)

    def _decode(self, group, rows, offsets, arena, record):
        """Put the pixels of some files of a group into an arena."""
        files = [(row, offset) for row, offset in zip(rows, offsets) if row.width]
        pixels = [(row, offset, group.bytes_of(row)) for row, offset in zip(rows, offsets) if not row.width]
        arena.group, arena.found = group, []
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

    def _by_nvjpeg(self, group, files, start):
        if files:
            self.jpeg.decode(
                numpy.array([group.address + row.start for row, _ in files], numpy.uint64),
                numpy.array([row.length for row, _ in files], numpy.uint64),
                numpy.array([start + offset for _, offset in files], numpy.uint64),
                numpy.array([row.width * 3 for row, _ in files], numpy.uint64),
                self.decoding.cuda_stream,
            )

    def _by_pillow(self, group, files, record):
        found = []
        for row, offset in files:
            try:
                found.append((row, offset, decode.cropped_pixels(group.bytes_of(row))))
            except Exception as error:
                record.failed(group.names[row.index], row.index, error)
        return found

    def _resize_all(self):
        with torch.cuda.stream(self.resizing):
            arena = self.full.get()
            while arena:
                self.resizing.wait_event(arena.decoded)
                arena.sent = self._resize(arena)
                arena.resized.record()
                self.arenas.put(arena)
                arena = self.full.get()
            if self.current:
                self._hand_over()
        self.ready.put(None)

    def _resize(self, arena):
        """Resize images into the batch at hand, and into the next ones where it is full."""
        sent, found = [], arena.found
        while found:
            if self.current is None:
                self.current = Batch(self.free.get())
            start = len(self.current.members)
            now, found = found[: self.batch - start], found[self.batch - start :]
            addresses = [arena.start + offset for _, offset, _ in now]
            sent.append(self.resizer.resize(addresses, [numbers for _, _, numbers in now], self.current.images[start:]))
            self.current.members.extend((row.index, arena.group.names[row.index], None) for row, _, _ in now)
            if len(self.current.members) == self.batch:
                self._hand_over()
        return sent

    def _hand_over(self):
        self.current.event.record()
        self.ready.put(self.current)
        self.current = None


def parts(rows):
    """Split rows into runs whose pixels an arena holds: yields (rows, where in it the pixels of each begin)."""
    now, offsets, end = [], [], 0
    for row in rows:
        size = -(-max(row.width * row.height * 3, CROPPED_BYTES) // ALIGNED) * ALIGNED
        if end + size > ARENA_BYTES:
            yield now, offsets
            now, offsets, end = [], [], 0
        now.append(row)
        offsets.append(end)
        end += size
    if now:
        yield now, offsets
