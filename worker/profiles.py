"""The two ways through a shard: `seed`, the mission's loop as it stands, and `tuned`, the same answers faster."""

import os
import queue
import threading

from worker import decode

CPU_BATCH = 4
GPU_BATCH = 32
QUEUED_BATCHES = 4


def device_of(torch):
    """Name the device: cuda where torch has one, else cpu."""
    return "cuda" if torch.cuda.is_available() else "cpu"


def synchronise(torch, device):
    """Wait for the GPU's queue, so that a clock read after it means something."""
    if device == "cuda":
        torch.cuda.synchronize()


class Seed:
    """The mission's loop: open, convert, transform, one inference, one image at a time."""

    batch = 1
    decoder = "Pillow + torchvision.transforms"

    def __init__(self, torch, model, device, record, clock, options):
        self.torch, self.device, self.record, self.clock = torch, device, record, clock
        self.model = model.to(device)
        self.transforms = decode.mission_transforms()

    def warm_up(self):
        """One dummy inference, and a synchronise, before the clock starts."""
        with self.torch.no_grad():
            self.model(self.torch.zeros(1, 3, 224, 224).to(self.device))
        synchronise(self.torch, self.device)

    def classify(self, source, numbered):
        """Classify the (index, name) pairs, each on its own; an image that fails costs only itself."""
        for index, name in numbered:
            try:
                self.record.done(name, self._one(source, name))
            except Exception as error:
                self.record.failed(name, index, error)
        synchronise(self.torch, self.device)

    def _one(self, source, name):
        with self.clock.phase("read"):
            data = source.read(name)
        with self.clock.phase("decode"):
            if source.kind == "synthetic":
                one = decode.normalised(source.pixels(name)[None], self.torch)
            else:
                one = self.transforms(decode.open_rgb(data)).unsqueeze(0)
        with self.clock.phase("compute"), self.torch.no_grad():
            return self.model(one.to(self.device)).argmax(dim=1).item()


class Tuned:
    """Reading and decoding in threads beside the model, batches, channels-last memory, one resize of the kept box."""

    decoder = "Pillow, one resize of the kept box, in threads"

    def __init__(self, torch, model, device, record, clock, options):
        self.torch, self.device, self.record, self.clock = torch, device, record, clock
        self.batch = options.batch or (GPU_BATCH if device == "cuda" else CPU_BATCH)
        self.threads = options.decode_threads or max(2, min(8, os.cpu_count() or 2))
        self.model = self._channels_last(model.to(device))

    def _channels_last(self, model):
        try:
            return model.to(memory_format=self.torch.channels_last)
        except (AttributeError, TypeError, RuntimeError) as error:
            self.record.fell_back("channels_last", error)
            return model

    def _no_gradients(self):
        return getattr(self.torch, "inference_mode", self.torch.no_grad)()

    def warm_up(self):
        """One dummy batch of the size that follows."""
        with self._no_gradients():
            self.model(self.torch.zeros(self.batch, 3, 224, 224).to(self.device))
        synchronise(self.torch, self.device)

    def classify(self, source, numbered):
        """Classify the (index, name) pairs: decode threads feed a bounded queue, the model takes batches from it."""
        todo = queue.Queue()
        for pair in numbered:
            todo.put(pair)
        ready = queue.Queue(maxsize=self.batch * QUEUED_BATCHES)
        readers = [
            threading.Thread(target=self._decode, args=(source, todo, ready), daemon=True) for _ in range(self.threads)
        ]
        for reader in readers:
            reader.start()
        batch, running = [], len(readers)
        while running:
            item = ready.get()
            if item is None:
                running -= 1
            else:
                batch.append(item)
            if len(batch) == self.batch or (batch and not running):
                self._compute(batch)
                batch = []
        synchronise(self.torch, self.device)

    def _decode(self, source, todo, ready):
        while True:
            try:
                index, name = todo.get_nowait()
            except queue.Empty:
                ready.put(None)
                return
            try:
                with self.clock.phase("read"):
                    data = source.read(name)
                with self.clock.phase("decode"):
                    pixels = source.pixels(name) if source.kind == "synthetic" else decode.cropped_pixels(data)
                ready.put((index, name, pixels))
            except Exception as error:
                self.record.failed(name, index, error)

    def _compute(self, batch):
        import numpy

        with self.clock.phase("compute"), self._no_gradients():
            images = decode.normalised(numpy.stack([pixels for _, _, pixels in batch]), self.torch)
            try:
                classes = self.model(images.to(self.device)).argmax(dim=1).tolist()
            except RuntimeError as error:
                self._halve(batch, error)
                return
        for (_, name, _), top1 in zip(batch, classes):
            self.record.done(name, top1)

    def _halve(self, batch, error):
        """Out of memory: go on with half the batch, and say so; anything else fails these images."""
        if "out of memory" in str(error).lower() and len(batch) > 1:
            self.batch = max(1, len(batch) // 2)
            self.record.fell_back("batch {}".format(len(batch)), error)
            self._compute(batch[: self.batch])
            self._compute(batch[self.batch :])
            return
        for index, name, _ in batch:
            self.record.failed(name, index, error)


PROFILES = {"seed": Seed, "tuned": Tuned}
