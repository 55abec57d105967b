"""Pieces of the network that not every torch has for every format of numbers: each is tried on a few numbers before it is used.

What fails is replaced by what every torch has, and the record says which piece and why; the rest stays as fast as it was.
"""

from typing import Callable

import torch

from worker.record import Record

CHANNELS, SIDE = 8, 8


def layout(device: str, dtype: torch.dtype, record: Record) -> torch.memory_format:
    """Give the order in memory of images and weights: channels last, or, where convolutions cannot take that, one after the other.

    Raises RuntimeError where this torch cannot convolve numbers of this format at all.
    """
    try:
        _convolve(device, dtype, torch.channels_last)
        return torch.channels_last
    except RuntimeError as error:
        _convolve(device, dtype, torch.contiguous_format)
        record.fell_back("channels last in memory", error)
        return torch.contiguous_format


def pool_type(device: str, dtype: torch.dtype, record: Record) -> torch.dtype:
    """Give the format in which max_pool2d works: the network's own, or fp32 (torch 1.10 has none in bf16 on a CPU)."""
    try:
        _pool(_numbers(device, dtype, torch.channels_last))
        return dtype
    except RuntimeError as error:
        record.fell_back("max_pool2d in {}".format(name_of(dtype)), error)
        return torch.float32


def pooled_in(dtype: torch.dtype) -> Callable[[torch.Tensor], torch.Tensor]:
    """Give ResNet's pooling, (n, channels, 112, 112) to (n, channels, 56, 56), computed in that format."""

    def pool(images: torch.Tensor) -> torch.Tensor:
        return _pool(images.to(dtype)).to(images.dtype)

    return pool


def name_of(dtype: torch.dtype) -> str:
    """Name a format of numbers as torch does, without its prefix."""
    return str(dtype).replace("torch.", "")


def _pool(images: torch.Tensor) -> torch.Tensor:
    return torch.nn.functional.max_pool2d(images, 3, 2, 1)


def _convolve(device: str, dtype: torch.dtype, memory: torch.memory_format) -> None:
    images, weight = (_numbers(device, dtype, memory) for _ in range(2))
    with torch.no_grad():
        torch.nn.functional.conv2d(images, weight[:, :, :3, :3], None, 1, 1).add_(images).relu_().float().sum().item()


def _numbers(device: str, dtype: torch.dtype, memory: torch.memory_format) -> torch.Tensor:
    return torch.ones(CHANNELS, CHANNELS, SIDE, SIDE).to(device=device, dtype=dtype).contiguous(memory_format=memory)
