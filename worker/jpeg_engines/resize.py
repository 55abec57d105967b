"""One launch from decoded images of any sizes to the network's input: Pillow's bilinear resize, centre crop, normalise (resize.cu)."""

from functools import lru_cache
from typing import Any, List, Tuple

import torch

from worker.decode import CROPPED, crop_box
from worker.jpeg_engines.early import Ready
from worker.jpeg_engines.nvrtc import Kernel

THREADS = 256
BLOCKS = -(-CROPPED * CROPPED // THREADS)
DEFINES = {
    torch.float16: {"BITS": 16, "BRAIN": 0},
    torch.bfloat16: {"BITS": 16, "BRAIN": 1},
    torch.float32: {"BITS": 32, "BRAIN": 0},
}

Numbers = Tuple[int, int, int, float, float, float, float, float]
"""Of an image: width, height, bytes a row, left, top, source pixels a pixel across and down; one is spare."""


@lru_cache(maxsize=4096)
def numbers_of(width: int, height: int, row_bytes: int) -> Numbers:
    """Give an image's row of numbers."""
    left, top, right, bottom = crop_box(width, height)
    across, down = (right - left) / CROPPED, (bottom - top) / CROPPED
    return (width, height, row_bytes, left, top, across, down, 0.0)


CROPPED_ALREADY = (CROPPED, CROPPED, CROPPED * 3, 0.0, 0.0, 1.0, 1.0, 0.0)
"""The row of numbers of an image that is resized and cropped: its pixels are only normalised."""


class Resizer:
    """The kernel, in the current thread's CUDA context, for one type of numbers; raises RuntimeError where it cannot be had."""

    def __init__(self, ready: Ready, type_of_numbers: torch.dtype) -> None:
        self.kernel = Kernel(ready.cuda, ready.compiler.cubin(DEFINES[type_of_numbers]), "resized")

    def resize(self, pointers: List[int], numbers: List[Numbers], output: torch.Tensor) -> Any:
        """Fill `output` (n or more, 224, 224, 3), on the current stream, from n images of interleaved RGB bytes on the device.

        `pointers`: n addresses. `numbers`: n rows as `numbers_of` gives them. What is returned must live until the stream is
        past this: the arguments on their way to the device.
        """
        kept = (
            torch.tensor(pointers, dtype=torch.int64).pin_memory(),
            torch.tensor(numbers, dtype=torch.float32).pin_memory(),
        )
        there = tuple(each.to("cuda", non_blocking=True) for each in kept)
        arguments = [there[0].data_ptr(), there[1].data_ptr(), output.data_ptr()]
        stream = torch.cuda.current_stream().cuda_stream
        self.kernel.launch((BLOCKS, len(pointers)), THREADS, stream, arguments)
        return kept, there
