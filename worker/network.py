"""From a batch of pixels to classes: the network in the precision, and by the kernels, that this machine has.

Each fast way is tried on the machine itself, against the plain one, before it is used. What does not work is left out, and
the record says which piece and why.
"""

import time
from functools import lru_cache
from typing import List, Optional, Tuple, Union

import torch

from worker import machine, pieces
from worker.decode import CROPPED, DEVIATIONS, MEANS
from worker.machine import out_of_memory
from worker.record import Record
from worker.resnet import CuDnn, OneDnn, Plain, ResNet50, State

TRIAL_IMAGES = 2
TRIAL_TOLERANCE = {"fp32": 1e-3, "bf16": 0.1, "fp16": 0.02}
"""How far a fast way's logits may lie from the plain one's, as a share of their spread: rounding, not another answer."""
MOST_SLOWER = 1.2
"""A narrower format that takes longer than this many times fp32's time is emulated."""
FIRST_FP16 = (5, 3)
NO_FP16 = (6, 1)
"""Compute capabilities: fp16 at full speed came with 5.3 (Tegra X1); 6.1 has it at 1/64 (CUDA C++ Programming Guide)."""


def best_precision(device: str) -> str:
    """Name the fastest format that this device computes in itself."""
    if device == "cuda":
        capability = torch.cuda.get_device_capability(0)
        return "fp16" if capability >= FIRST_FP16 and capability != NO_FP16 else "fp32"
    return "bf16" if machine.has_bfloat16() else "fp32"


def full_fp32() -> None:
    """Let fp32 be fp32, as on the boards: newer GPUs' convolutions would round to TF32's 10 bits, unasked (torch 1.7 on)."""
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False


def network_in(precision: str, exact: "Network", state: State, is_asked_for: bool) -> "Network":
    """Give a network of that precision, tried on this machine, or `exact`, the one in fp32, and the record says why.

    It must answer as `exact` does, and on a CPU be no slower, unless somebody asked for it.
    """
    if precision == exact.precision:
        return exact
    try:
        network = Network(state, exact.device, precision, exact.record)
        own_s, exact_s = network.trial(), exact.trial()
        if own_s > exact_s:  # the first time, either may have had something to prepare
            own_s, exact_s = network.trial(), exact.trial()
        why: Union[str, Exception] = unlike(network.plain_logits, exact.plain_logits, precision)
        slower = exact.device == "cpu" and own_s > MOST_SLOWER * exact_s  # two images say nothing of a GPU's time
        if not why and slower and not is_asked_for:
            why = "slower than fp32: {:.2f} s against {:.2f} s for {} images".format(own_s, exact_s, TRIAL_IMAGES)
    except (RuntimeError, NotImplementedError) as error:
        if out_of_memory(error):
            raise
        why = error
    if not why:
        return network
    exact.record.fell_back(precision, why)
    return exact


def unlike(logits: torch.Tensor, wanted: torch.Tensor, precision: str) -> str:
    """Say how far logits are from what they must be; "" where that is rounding."""
    off = ((logits - wanted).abs().max() / wanted.std()).item()
    return "" if off <= TRIAL_TOLERANCE[precision] else "its answers are off by {:.3g} of their spread".format(off)


class Network:
    """ResNet-50 on one device, in one precision."""

    def __init__(self, state: State, device: str, precision: str, record: Record) -> None:
        self.device, self.record, self.precision = device, record, precision
        full_fp32()
        self.type = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}[precision]
        self.means = torch.tensor(MEANS, device=device).view(1, 3, 1, 1)
        self.deviations = torch.tensor(DEVIATIONS, device=device).view(1, 3, 1, 1)
        self.layout = pieces.layout(device, self.type, record)
        self.pool_type = pieces.pool_type(device, self.type, record)
        self.resnet = self._moved(ResNet50(state))
        self.plain_logits: Optional[torch.Tensor] = None
        self.graph: Optional[torch.cuda.CUDAGraph] = None
        self.input: Optional[torch.Tensor] = None
        self.output: Tuple[torch.Tensor, ...] = ()

    def _moved(self, resnet: ResNet50) -> ResNet50:
        return resnet.to(self.device, self.type, self.layout, self.pool_type)

    @property
    def kernels(self) -> str:
        """Say what convolves."""
        return self.resnet.way.name + (", captured" if self.graph else "")

    def fuse(self, state: State, batch: int) -> None:
        """Convolve by fused kernels if they work here and answer the same; else say why not, and stay."""
        name = CuDnn.name if self.device == "cuda" else OneDnn.name
        try:
            way: Plain = CuDnn() if self.device == "cuda" else OneDnn(batch)
            other = self._moved(ResNet50(state)).convolved(way)
            if self.plain_logits is None:
                self.trial()
            with torch.inference_mode():
                why = unlike(other(self._trial_images()), self.plain_logits, self.precision)
            if why:
                raise RuntimeError(why)
            self.resnet = other
        except (AttributeError, RuntimeError, TypeError, NotImplementedError) as error:
            self.record.fell_back("convolutions by {}".format(name), error)

    def trial(self) -> float:
        """Classify the images of a trial; give the seconds it took: the processor's own on a CPU, whatever else it is at."""
        now_s = time.process_time if self.device == "cpu" else time.perf_counter
        start_s = now_s()
        with torch.inference_mode():
            self.plain_logits = self.resnet(self._trial_images())
            self.plain_logits.sum().item()
        return now_s() - start_s

    def _trial_images(self) -> torch.Tensor:
        torch.manual_seed(1)
        coarse = torch.nn.functional.interpolate(torch.randn(TRIAL_IMAGES, 3, 7, 7), size=(CROPPED, CROPPED))
        return coarse.to(self.device).to(self.type).contiguous(memory_format=self.layout)

    def normalised(self, pixels: torch.Tensor) -> torch.Tensor:
        """Turn uint8 (n, 224, 224, 3) into the network's input (n, 3, 224, 224), channels last in memory."""
        images = pixels.to(self.device).permute(0, 3, 1, 2).float()
        images = images.div_(255).sub_(self.means).div_(self.deviations).to(self.type)
        return images.contiguous(memory_format=self.layout)

    def top(self, images: torch.Tensor) -> Tuple[torch.Tensor, ...]:
        """Give (probabilities, classes), each (n, 2): the two likeliest of each image, likeliest first."""
        in_order = images.contiguous(
            memory_format=self.layout
        )  # the engines' images are channels last, whatever cuDNN takes
        probabilities, classes = self.resnet(in_order).softmax(1).topk(2, 1)
        return probabilities, classes

    def capture(self, batch: int) -> None:
        """Record the launches of one batch as a CUDA graph: they cost a replay afterwards."""
        try:
            self.input = torch.zeros(batch, CROPPED, CROPPED, 3, device=self.device, dtype=self.type).permute(
                0, 3, 1, 2
            )
            # One stream for all captures: each new one would keep a workspace of cuBLAS's, 32 MiB on an H100.
            side = _capture_stream()
            side.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(side), torch.inference_mode():
                for _ in range(2):
                    self.top(self.input)
            torch.cuda.current_stream().wait_stream(side)
            graph = torch.cuda.CUDAGraph()
            with torch.inference_mode(), torch.cuda.graph(graph, stream=side):
                self.output = self.top(self.input)
            self.graph = graph
        except (AttributeError, RuntimeError) as error:
            if out_of_memory(error):
                raise
            self.record.fell_back("CUDA graph", error)

    def launch(self, images: torch.Tensor) -> "Answers":
        """Start on a batch (n, 3, 224, 224); `Answers.read` waits for it."""
        if self.device == "cpu":
            with torch.inference_mode():
                return Answers(self.top(images))
        started, ended = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        started.record()
        with torch.inference_mode():
            if self.graph and self.input is not None and len(images) <= len(self.input):
                self.input[: len(images)].copy_(images)
                self.graph.replay()
                found = tuple(values[: len(images)].clone() for values in self.output)
            else:
                found = self.top(images)
        there = tuple(values.to("cpu", non_blocking=True) for values in found)
        ended.record()
        return Answers(there, started, ended)


@lru_cache(maxsize=None)
def _capture_stream() -> torch.cuda.Stream:
    return torch.cuda.Stream()


class Answers:
    """The two likeliest classes of each image of a batch, which may still be on their way."""

    def __init__(
        self,
        found: Tuple[torch.Tensor, ...],
        started: Optional[torch.cuda.Event] = None,
        ended: Optional[torch.cuda.Event] = None,
    ) -> None:
        self.found, self.started, self.ended = found, started, ended

    def read(self) -> Tuple[List[float], List[int]]:
        """Wait; give (leads, classes): how much likelier each image's class is than the next, and the class."""
        if self.ended is not None:
            self.ended.synchronize()
        probabilities, classes = self.found
        return (probabilities[:, 0] - probabilities[:, 1]).tolist(), classes[:, 0].tolist()

    def device_s(self) -> Optional[float]:
        """Give the seconds the device was at it, once read; None on a CPU, whose launch is the work."""
        if self.started is None or self.ended is None:
            return None
        device_s: float = self.started.elapsed_time(self.ended) / 1e3
        return device_s
