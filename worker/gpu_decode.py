"""JPEGs decoded by the GPU's JPEG engines; those they cannot take (progressive), half on the CPU and half on the GPU's cores.

By nvImageCodec, where it is installed. What the engines may see otherwise than Pillow does (CMYK, files cut short, what is
no JPEG at all) goes through Pillow, so that both profiles handle it the same. With fancy upsampling (the default) pixels
differ from libjpeg-turbo's by at most 1 of 255 on the engines, 3 on the hybrid way.
"""

import io
import queue
import threading

import numpy
import torch
from nvidia import nvimgcodec

from worker import decode
from worker.gpu_resize import CROPPED_ALREADY, numbers_of, resize
from worker.read_processes import GROUP

BUFFERS = 4
WARM_UP_SIZE = (640, 480)
MOST_PIXELS = 80_000_000
"""Larger ones are left to Pillow, which warns of them or refuses them."""


class Batch:
    """Normalised images on the device, (n, 224, 224, 3), ready when `event` is past; and whose they are."""

    def __init__(self, images):
        self.images, self.event, self.members = images, torch.cuda.Event(), []


class GpuDecoder:
    """Threads, each with a decoder and a stream of its own, that turn groups of files into batches on the device."""

    name = "nvImageCodec (the GPU's JPEG engines), resized on the GPU as Pillow does"

    def __init__(self, batch, type_of_numbers, lanes, cores):
        self.parameters = nvimgcodec.DecodeParams(
            apply_exif_orientation=False,
            color_spec=nvimgcodec.ColorSpec.SRGB,
            sample_format=nvimgcodec.SampleFormat.I_RGB,
        )
        self.batch = batch
        self.free, self.ready = queue.Queue(), queue.Queue()
        self.lanes = [Lane(self, max(1, cores // lanes - 1)) for _ in range(lanes)]
        for _ in range(BUFFERS + lanes):
            images = torch.empty(batch, decode.CROPPED, decode.CROPPED, 3, device="cuda", dtype=type_of_numbers)
            self.free.put(images)

    def warm_up(self, record):
        """Decode and resize what is never classified: libraries loaded, memory had, the kernel made before the clock."""
        from PIL import Image

        file = io.BytesIO()
        Image.effect_noise(WARM_UP_SIZE, 64).convert("RGB").save(file, "JPEG", quality=90)
        group = [(index, "warm-up", file.getvalue()) for index in range(min(GROUP, self.batch))]
        for lane in self.lanes:
            lane.warm_up(group, record)
            while not self.ready.empty():
                self.done(self.ready.get())

    def batches(self, ahead, record, clock):
        """Yield batches until the files are all decoded; each must be given back by `done`. Raises what a thread raised."""
        for lane in self.lanes:
            threading.Thread(target=lane.run, args=(ahead, record, clock), daemon=True).start()
        running = len(self.lanes)
        while running:
            batch = self.ready.get()
            if batch is None:
                running -= 1
            elif isinstance(batch, Exception):
                raise batch
            else:
                yield batch

    def done(self, batch):
        """Take a batch's memory back."""
        self.free.put(batch.images)


class Lane:
    """One thread's decoder, stream, and the batch it fills."""

    def __init__(self, whole, threads):
        kinds = nvimgcodec.BackendKind
        backends = [nvimgcodec.Backend(kinds.HW_GPU_ONLY), nvimgcodec.Backend(kinds.HYBRID_CPU_GPU)]
        self.whole = whole
        self.decoder = nvimgcodec.Decoder(device_id=0, max_num_cpu_threads=threads, backends=backends)
        self.stream = torch.cuda.Stream(priority=-1)
        self.used = [([], torch.cuda.Event(), None), ([], torch.cuda.Event(), None)]
        """Of the last two calls: images to decode into anew, when they are free, what must live until then."""
        self.current = None

    def warm_up(self, group, record):
        """Decode a group in either turn, and throw the batch away."""
        with torch.cuda.stream(self.stream):
            for turn in (0, 1):
                self._decode(group, turn, record)
                if not self.used[turn][0]:
                    raise RuntimeError("nvImageCodec did not decode what Pillow had made")
            if self.current:
                self._hand_over()
        self.stream.synchronize()

    def run(self, ahead, record, clock):
        """Decode group after group; tell the whole at the end."""
        try:
            with torch.cuda.stream(self.stream):
                turn, group = 0, ahead.take()
                while group:
                    with clock.phase("decode"):
                        self._decode(group, turn, record)
                    turn, group = 1 - turn, ahead.take()
                if self.current:
                    self._hand_over()
            self.whole.ready.put(None)
        except Exception as error:
            self.whole.ready.put(error)

    def _decode(self, group, turn, record):
        images, event, _ = self.used[turn]
        event.synchronize()
        self.used[turn] = (images, event, None)
        streams, members, by_pillow = [], [], []
        for member in group:
            stream = code_stream(member[2])
            if stream is None:
                by_pillow.append(member)
            else:
                streams.append(stream)
                members.append(member)
        found = self._decoded(streams, images)
        rows = [(member,) + address_and_numbers(image) for member, image in zip(members, found) if image is not None]
        by_pillow += [member for member, image in zip(members, found) if image is None]
        cropped = []
        for member in by_pillow:
            try:
                pixels = torch.frombuffer(bytearray(decode.cropped_pixels(member[2])), dtype=torch.uint8).to("cuda")
                cropped.append(pixels)
                rows.append((member, pixels.data_ptr(), CROPPED_ALREADY))
            except Exception as error:
                record.failed(member[1], member[0], error)
        sent = self._place(rows)
        event.record()
        self.used[turn] = (found if None not in found else [], event, (sent, cropped, group))

    def _decoded(self, streams, images):
        """Decode; where there are as many as last time, into the same images."""
        if not streams:
            return []
        reused = {"images": images} if len(images) == len(streams) else {}
        return self.decoder.decode(streams, params=self.whole.parameters, cuda_stream=self.stream.cuda_stream, **reused)

    def _place(self, rows):
        """Resize images into the batch at hand, and into the next ones where it is full."""
        sent = []
        while rows:
            if self.current is None:
                self.current = Batch(self.whole.free.get())
            start = len(self.current.members)
            now, rows = rows[: self.whole.batch - start], rows[self.whole.batch - start :]
            sent.append(resize([row[1] for row in now], [row[2] for row in now], self.current.images[start:]))
            self.current.members.extend((row[0][0], row[0][1], None) for row in now)
            if len(self.current.members) == self.whole.batch:
                self._hand_over()
        return sent

    def _hand_over(self):
        self.current.event.record()
        self.whole.ready.put(self.current)
        self.current = None


def address_and_numbers(image):
    """Give where a decoded image lies on the device, and its row of numbers for `resize`."""
    layout = image.__cuda_array_interface__
    height, width, channels = layout["shape"]
    strides = layout.get("strides")  # None where rows follow each other without a gap
    return layout["data"][0], numbers_of(width, height, strides[0] if strides else width * channels)


def code_stream(data):
    """Open a JPEG for the engines; None for what Pillow should see instead."""
    if data[:3] != b"\xff\xd8\xff" or data[-2:] != b"\xff\xd9":
        return None
    try:
        stream = nvimgcodec.CodeStream(data if isinstance(data, bytes) else numpy.frombuffer(data, numpy.uint8))
        fit = stream.num_channels in (1, 3) and stream.width * stream.height <= MOST_PIXELS
        return stream if fit else None
    except Exception:
        return None
