"""What the tuned profile classifies by: a network in the fastest precision, one in fp32, and the size of their batches."""

from typing import NamedTuple, Optional

import torch

from worker import decode, machine
from worker.network import Network, best_precision, network_in
from worker.record import Record
from worker.resnet import State

CPU_BATCH, SMALL_CPU_BATCH = 8, 4
SMALL_MEMORY_BYTES = 1 << 30
MOST_GPU_BATCH = 128
"""On an H200 larger ones made the first and the last batch wait longer, and decoding beside them slower."""
GPU_BYTES_AN_IMAGE = 16 << 20
"""Activations of one image in fp16 and its share of the buffers, with room to spare."""
GPU_SHARE = 4
"""A quarter of the GPU's memory is for batches: on a Jetson it is the CPU's memory too."""
SECOND_LOOK_BATCH = {"cpu": 4, "cuda": 16}
PROBABILITY_BOUND = {"fp32": 1e-4, "bf16": 0.02, "fp16": 0.005}
"""Most that a class's probability differs from the mission's loop, by precision; selftest/worker and bench/worker hold it."""


class Asked(NamedTuple):
    """What somebody asked of the tuned profile; None and 0 leave the choice to it."""

    precision: Optional[str] = None
    batch: int = 0
    decode_threads: int = 0


class Networks:
    """Both networks on one device; `exact` is `network` itself where that is in fp32, on a CPU."""

    def __init__(self, state: State, device: str, record: Record, asked: Asked) -> None:
        self.device, self.record = device, record
        self.is_small = device == "cpu" and machine.memory_bytes() < SMALL_MEMORY_BYTES
        if not self.is_small:
            try:
                machine.keep_freed_memory()
            except (OSError, AttributeError) as error:
                record.fell_back("allocator settings", error)
        if device == "cpu":
            torch.set_num_threads(1)
        wanted = asked.precision or ("fp32" if self.is_small else best_precision(device))
        self.exact = Network(state, device, "fp32", record)
        self.network = network_in(wanted, self.exact, state, bool(asked.precision))
        self.precision = self.network.precision
        is_shared = self.network is self.exact
        if is_shared and device == "cuda":
            # On a GPU the second look runs beside the rest: it needs a network, with its graph's memory, of its own.
            self.exact, is_shared = Network(state, device, "fp32", record), False
        self.batch = asked.batch or self._batch()
        if not self.is_small:  # what is packed for them takes memory
            self.network.fuse(state, self.batch)
            if device == "cpu" and not is_shared:
                self.exact.fuse(state, SECOND_LOOK_BATCH["cpu"])
        self.bound = PROBABILITY_BOUND[self.precision]
        self.pixels = decode.mission_pixels if self.precision == "fp32" else decode.cropped_pixels
        record.about.probability_bound, record.about.second_looks = self.bound, 0

    def _batch(self) -> int:
        if self.device == "cpu":
            return SMALL_CPU_BATCH if self.is_small else CPU_BATCH
        room = torch.cuda.get_device_properties(0).total_memory // GPU_SHARE // GPU_BYTES_AN_IMAGE
        return max(1, min(MOST_GPU_BATCH, 1 << (int(room).bit_length() - 1)))

    def capture(self) -> None:
        """Record both networks' launches, on a GPU."""
        if self.device == "cuda":
            self.network.capture(self.batch)
            self.exact.capture(SECOND_LOOK_BATCH["cuda"])

    def run_once(self) -> None:
        """One batch of the size that follows, and the exact way once; with little memory, one image."""
        zeros = torch.zeros(self.batch, decode.CROPPED, decode.CROPPED, 3, dtype=torch.uint8)
        self.network.launch(self.network.normalised(zeros[:1] if self.is_small else zeros)).read()
        if self.exact is not self.network:
            self.exact.launch(self.exact.normalised(zeros[:1])).read()

    def halve(self, why: object) -> None:
        """Take half the batch from now on: the memory was too small."""
        self.record.fell_back("batch {}".format(self.batch), why)
        self.batch = max(1, self.batch // 2)
        self.record.about.batch = self.batch
        self.network.graph = self.exact.graph = None
        if self.device == "cuda":
            torch.cuda.empty_cache()


def as_tensor(pixels: bytes) -> torch.Tensor:
    """Give the bytes of one image as uint8 (224, 224, 3)."""
    return torch.frombuffer(bytearray(pixels), dtype=torch.uint8).view(decode.CROPPED, decode.CROPPED, 3)
