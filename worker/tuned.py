"""The fast way through a shard: files read ahead, decoded beside the network, batches; what is close is looked at again.

readers (threads, or processes) -> decoders (the GPU's JPEG engines, or threads) -> batches -> network -> record. On a CPU
each core decodes and classifies batches of its own. Where precision or pixels are not the mission's to the bit, an image
whose two likeliest classes lie closer together than that can move them is classified once more, exactly: predictions are
those of the mission's loop.
"""

import queue
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from worker import decode, machine
from worker.jpeg_engines.nvjpeg import OLDEST, NoEnginesError
from worker.network import Network, best_precision, network_in, out_of_memory
from worker.read_threads import ReadAhead

CPU_BATCH, SMALL_CPU_BATCH = 8, 4
SMALL_MEMORY_BYTES = 1 << 30
MOST_GPU_BATCH = 128
"""On an H200 larger ones made the first and the last batch wait longer, and decoding beside them slower."""
GPU_BYTES_AN_IMAGE = 16 << 20
"""Activations of one image in fp16 and its share of the buffers, with room to spare."""
GPU_SHARE = 4
"""A quarter of the GPU's memory is for batches: on a Jetson it is the CPU's memory too."""
READERS = 8
"""Threads that read, whatever the cores: over a network they wait."""
READ_AHEAD = 64
"""Files read and not yet decoded: a few megabytes, also where photos are large and memory is a Nano's."""
# A setting of the interpreter, and no limit.
# ast-grep-ignore: time-limit-outside-limits
SWITCH_S = 0.0005
"""The threads that feed the GPU must not wait 5 ms, Python's default, for each other."""
ON_GPU = "JPEGs decoded on the GPU"
ENGINES_GAIN = "about 15 times, on a card with JPEG engines (H100: 1,074 images/s where 16,000 run)"
SECOND_LOOK_BATCH = {"cpu": 4, "cuda": 16}
PROBABILITY_BOUND = {"fp32": 1e-4, "bf16": 0.02, "fp16": 0.005}
"""Most that a class's probability differs from the mission's loop, by precision; selftest/worker and bench/worker hold it."""


class Tuned:
    """Classifies a shard's images as fast as the machine lets it."""

    def __init__(self, torch, state, device, record, clock, options, processes=None):
        self.processes = processes
        self.torch, self.device, self.record, self.clock, self.options = torch, device, record, clock, options
        self.cores = machine.cores()
        self.small = device == "cpu" and machine.memory_bytes() < SMALL_MEMORY_BYTES
        if not self.small:
            try:
                machine.keep_freed_memory()
            except (OSError, AttributeError) as error:
                record.fell_back("allocator settings", error)
        if device == "cpu":
            torch.set_num_threads(1)
        wanted = options.precision or ("fp32" if self.small else best_precision(torch, device))
        self.exact = Network(torch, state, device, "fp32", record)
        self.network = network_in(wanted, self.exact, state, bool(options.precision))
        self.precision = self.network.precision
        shared = self.network is self.exact
        if shared and device == "cuda":
            # On a GPU the second look runs beside the rest: it needs a network, with its graph's memory, of its own.
            self.exact, shared = Network(torch, state, device, "fp32", record), False
        self.batch = options.batch or self._batch()
        if not self.small:  # what is packed for them takes memory
            self.network.fuse(state, self.batch)
            if device == "cpu" and not shared:
                self.exact.fuse(state, SECOND_LOOK_BATCH["cpu"])
        self.bound = PROBABILITY_BOUND[self.precision]
        self.pixels = decode.mission_pixels if self.precision == "fp32" else decode.cropped_pixels
        self.gpu_decoder = None
        record.about.update(probability_bound=self.bound, second_looks=0)

    def _batch(self):
        if self.device == "cpu":
            return SMALL_CPU_BATCH if self.small else CPU_BATCH
        room = self.torch.cuda.get_device_properties(0).total_memory // GPU_SHARE // GPU_BYTES_AN_IMAGE
        return max(1, min(MOST_GPU_BATCH, 1 << (int(room).bit_length() - 1)))

    @property
    def kernels(self):
        """Say what convolves."""
        return self.network.kernels

    @property
    def decoder(self):
        """Say what decodes."""
        if self.gpu_decoder:
            return self.gpu_decoder.name
        return "Pillow in threads" + ("" if self.precision == "fp32" else ", one resize of the kept box")

    def warm_up(self):
        """One batch of the size that follows, and the exact way once; with less memory, a smaller size."""
        while True:
            try:
                self._warm_up()
                return
            except RuntimeError as error:
                if not out_of_memory(error) or self.batch == 1:
                    raise
                self._halve(error)

    def _halve(self, error):
        self.record.fell_back("batch {}".format(self.batch), error)
        self.batch = max(1, self.batch // 2)
        self.record.about["batch"] = self.batch
        self.network.graph = self.exact.graph = self.gpu_decoder = None
        if self.device == "cuda":
            self.torch.cuda.empty_cache()

    def _warm_up(self):
        zeros = self.torch.zeros(self.batch, decode.CROPPED, decode.CROPPED, 3, dtype=self.torch.uint8)
        if self.device == "cuda":
            self.network.capture(self.batch)
            self.exact.capture(SECOND_LOOK_BATCH["cuda"])
            if self.processes and self.precision != "fp32":  # whose pixels are the mission's to the bit
                self._open_gpu_decoder()
        self.network.launch(self.network.normalised(zeros[:1] if self.small else zeros)).read()
        if self.exact is not self.network:
            self.exact.launch(self.exact.normalised(zeros[:1])).read()

    def _open_gpu_decoder(self):
        try:
            from worker.jpeg_engines.decoder import GpuDecoder

            self.gpu_decoder = GpuDecoder(self.processes.early.wait(), self.batch, self.network.type)
            self.gpu_decoder.warm_up()
        except Exception as error:
            if out_of_memory(error):
                raise
            self.gpu_decoder = None
            self.record.fell_back(ON_GPU, error, "" if isinstance(error, NoEnginesError) else ENGINES_GAIN)

    def classify(self, source, numbered):
        """Classify the (index, name) pairs; an image that fails costs only itself."""
        self.second_look = SecondLook(
            self.torch,
            self.exact,
            source,
            self.record,
            self.clock,
            self.device == "cuda",
            SECOND_LOOK_BATCH[self.device],
        )
        threads = self.options.decode_threads or self.cores
        wanted = machine.has_card() and self.precision != "fp32" and source.kind == "directory"
        if self.device == "cuda" and wanted and not self.processes:
            self.record.fell_back(ON_GPU, "no libnvjpeg {}.{} or later here".format(*OLDEST), ENGINES_GAIN)
        if self.gpu_decoder:
            self.processes.start()
            self._decoded_on_gpu(self.processes.take)
        else:
            ahead = ReadAhead(source, numbered, self.record, self.clock, READERS, READ_AHEAD)
            (self._on_cores if self.device == "cpu" else self._decoded_on_cores)(source, ahead, threads)
        self.record.about["second_looks"] = self.second_look.finish()
        if self.processes:
            self.processes.stop()

    def _decoded_on_gpu(self, take):
        sys.setswitchinterval(SWITCH_S)
        before = None
        for batch in self.gpu_decoder.batches(take, self.record, self.clock):
            self.torch.cuda.current_stream().wait_event(batch.event)
            images = batch.images[: len(batch.members)].permute(0, 3, 1, 2)
            now = (batch, self.network.launch(images))
            if before:
                self._finish(before[1], before[0].members)
                self.gpu_decoder.done(before[0])
            before = now
        if before:
            self._finish(before[1], before[0].members)
            self.gpu_decoder.done(before[0])

    def _finish(self, answers, members):
        """Note a batch's classes; what is too close to call is looked at again."""
        leads, classes = answers.read()
        end_s = self.clock.now()
        if answers.device_s() is not None:
            self.clock.add("compute", end_s - answers.device_s(), end_s)
        close = [member for member, lead in zip(members, leads) if not lead > 2 * self.bound]
        again = {member[0] for member in close}
        sure = [(member[1], top1) for member, top1 in zip(members, classes) if member[0] not in again]
        self.record.done([name for name, _ in sure], [top1 for _, top1 in sure])
        if close:
            self.second_look.add(close)

    def _on_cores(self, source, ahead, threads):
        """Let each core decode and classify batches of its own: cores that share one wait for each other at every layer."""
        with ThreadPoolExecutor(threads) as pool:
            for core in [pool.submit(self._on_one_core, source, ahead, threads) for _ in range(threads)]:
                core.result()

    def _on_one_core(self, source, ahead, threads):
        self.torch.set_num_threads(1)  # this thread's
        least = SECOND_LOOK_BATCH["cpu"]
        while True:
            if self.second_look.look(least):
                continue
            members, pixels = [], []
            for _ in range(min(self.batch, -(-ahead.left // threads))):  # at the end an even share, so that none waits
                member = ahead.take()
                made = self._pixels_of(source, member) if member else None
                if made is not None:
                    members.append(member)
                    pixels.append(made)
            if members:
                self._compute(members, pixels)
            elif not (ahead.left or self.second_look.look(1)):
                return

    def _decoded_on_cores(self, source, ahead, threads):
        """Decode in threads, beside a GPU that classifies."""
        ready = queue.Queue(maxsize=2 * self.batch)
        for _ in range(threads):
            threading.Thread(target=self._decode, args=(source, ahead, ready), daemon=True).start()
        members, pixels = [], []
        while threads:
            item = ready.get()
            if item is None:
                threads -= 1
            else:
                members.append(item[0])
                pixels.append(item[1])
            if len(members) >= self.batch or (members and not threads):
                self._compute(members, pixels)
                members, pixels = [], []

    def _decode(self, source, ahead, ready):
        member = ahead.take()
        while member:
            made = self._pixels_of(source, member)
            if made is not None:
                ready.put((member, made))
            member = ahead.take()
        ready.put(None)

    def _pixels_of(self, source, member):
        """Give an image's pixels; None for one that cannot be decoded, which the record names."""
        index, name, data = member
        try:
            with self.clock.phase("decode"):
                made = source.pixels(name) if source.kind == "synthetic" else self.pixels(data)
            return as_tensor(self.torch, made)
        except Exception as error:
            self.record.failed(name, index, error)
            return None

    def _compute(self, members, pixels):
        try:
            on_cpu = self.device == "cpu"
            start_s = self.clock.now()
            answers = self.network.launch(self.network.normalised(self.torch.stack(pixels)))
            if on_cpu:
                self.clock.add("compute", start_s, self.clock.now())
            self._finish(answers, members)
        except RuntimeError as error:
            if out_of_memory(error) and len(members) > 1:
                self._halve(error)
                half = max(1, len(members) // 2)
                self._compute(members[:half], pixels[:half])
                self._compute(members[half:], pixels[half:])
                return
            for index, name, _ in members:
                self.record.failed(name, index, error)


class SecondLook:
    """Classifies what was too close to call once more: the mission's pixels, in fp32.

    `beside` the rest, in threads, as on a GPU; on a CPU, which has no room beside, whoever has time calls `look`.
    """

    def __init__(self, torch, exact, source, record, clock, beside, batch):
        self.torch, self.exact, self.source, self.record, self.clock = torch, exact, source, record, clock
        self.todo, self.waiting, self.count, self.lock = queue.Queue(), [], 0, threading.Lock()
        self.batch = batch
        self.pool = self.thread = None
        if beside:
            self.pool = ThreadPoolExecutor(min(8, machine.cores()))
            self.thread = threading.Thread(target=self._run, daemon=True)
            self.thread.start()

    def add(self, members):
        """Take images, (index, name, data) each; data may be None: then the file is read again."""
        pixels = [
            self.pool.submit(self._pixels, each).result if self.pool else partial(self._pixels, each)
            for each in members
        ]
        with self.lock:
            self.count += len(members)
            self.waiting += zip(members, pixels)
        self.todo.put(True)

    def look(self, least):
        """Look at a batch of what waits, if there are at least so many; tell whether."""
        with self.lock:
            if len(self.waiting) < least:
                return False
            now, self.waiting = self.waiting[: self.batch], self.waiting[self.batch :]
        self._look(now)
        return True

    def finish(self):
        """Wait until all are classified; give how many there were."""
        if self.thread:
            self.todo.put(False)
            self.thread.join()
            self.pool.shutdown()
        while self.look(1):
            pass
        return self.count

    def _run(self):
        while self.todo.get():
            while self.look(self.batch):
                pass

    def _look(self, decoded):
        members, pixels = [], []
        for member, made in decoded:
            try:
                pixels.append(as_tensor(self.torch, made()))
                members.append(member)
            except Exception as error:
                self.record.failed(member[1], member[0], error)
        if not members:
            return
        try:
            start_s = self.clock.now()
            _, classes = self.exact.launch(self.exact.normalised(self.torch.stack(pixels))).read()
            self.clock.add("compute", start_s, self.clock.now())
            self.record.done([member[1] for member in members], classes)
        except Exception as error:
            for index, name, _ in members:
                self.record.failed(name, index, error)

    def _pixels(self, member):
        _, name, data = member
        if self.source.kind == "synthetic":
            return self.source.pixels(name)
        if data is None:
            data = self.source.read(name)
        with self.clock.phase("decode"):
            return decode.mission_pixels(data)


def as_tensor(torch, pixels):
    """Give the bytes of one image as uint8 (224, 224, 3)."""
    return torch.frombuffer(bytearray(pixels), dtype=torch.uint8).view(decode.CROPPED, decode.CROPPED, 3)
