"""ResNet-50 with its batch norms folded into the convolutions, and three ways to convolve it.

The same network as torchvision's `resnet50` (He et al., 2015; stride in the 3 x 3, as torchvision has it), made from its
state_dict. Nothing is initialised only to be overwritten, and torchvision need not be imported: that halves the start-up.
"""

from typing import Dict, List

import torch

from worker.decode import CROPPED
from worker.pieces import pooled_in

State = Dict[str, torch.Tensor]
"""A state_dict of torchvision's resnet50."""

BLOCKS = (3, 4, 6, 3)
BATCH_NORM_EPSILON = 1e-5
"""torch.nn.BatchNorm2d's default, which torchvision keeps."""


class Convolution:
    """One convolution with the batch norm behind it folded in: weight (out, in, k, k), bias (out), on side x side pixels."""

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor, stride: int, side: int) -> None:
        self.weight, self.bias, self.side = weight, bias, side
        self.stride = (stride, stride)
        self.padding = (weight.shape[2] // 2, weight.shape[3] // 2)


def folded(state: State, convolution: str, norm: str, stride: int, side: int) -> Convolution:
    """Fold batch norm `norm` into `convolution`, both keys of the state_dict: y = w x scale + (beta - mean scale)."""
    scale = state[norm + ".weight"] * torch.rsqrt(state[norm + ".running_var"] + BATCH_NORM_EPSILON)
    weight = state[convolution + ".weight"] * scale.view(-1, 1, 1, 1)
    return Convolution(weight, state[norm + ".bias"] - state[norm + ".running_mean"] * scale, stride, side)


class Bottleneck:
    """1 x 1, 3 x 3, 1 x 1, and the way past them; `side` is that of the images that come in."""

    def __init__(self, state: State, name: str, stride: int, side: int) -> None:
        self.first = folded(state, name + ".conv1", name + ".bn1", 1, side)
        self.second = folded(state, name + ".conv2", name + ".bn2", stride, side)
        self.third = folded(state, name + ".conv3", name + ".bn3", 1, side // stride)
        past = name + ".downsample."
        self.past = folded(state, past + "0", past + "1", stride, side) if past + "0.weight" in state else None

    def convolutions(self) -> List[Convolution]:
        """List them."""
        return [self.first, self.second, self.third] + ([self.past] if self.past else [])

    def __call__(self, images: torch.Tensor, way: "Plain") -> torch.Tensor:
        """Run the block on (n, channels, h, w), with one of the ways to convolve."""
        beside = way.convolve(images, self.past) if self.past else images
        inner = way.convolve_relu(way.convolve_relu(images, self.first), self.second)
        return way.convolve_add_relu(inner, self.third, beside)


class ResNet50:
    """The network: normalised images (n, 3, 224, 224) in, logits (n, 1000) in fp32 out."""

    def __init__(self, state: State) -> None:
        self.way, self.pool = Plain(), pooled_in(torch.float32)
        self.stem = folded(state, "conv1", "bn1", 2, CROPPED)
        self.blocks: List[Bottleneck] = []
        side = CROPPED // 4
        for stage, count in enumerate(BLOCKS):
            for block in range(count):
                stride = 2 if stage and not block else 1
                self.blocks.append(Bottleneck(state, "layer{}.{}".format(stage + 1, block), stride, side))
                side //= stride
        self.weight, self.bias = state["fc.weight"].float(), state["fc.bias"].float()

    def convolutions(self) -> List[Convolution]:
        """List them all."""
        return [self.stem] + [convolution for block in self.blocks for convolution in block.convolutions()]

    def to(self, device: str, dtype: torch.dtype, layout: torch.memory_format, pool_type: torch.dtype) -> "ResNet50":
        """Move to a device, a format of numbers and an order in memory; pooling has its own format, the last layer stays fp32."""
        self.pool = pooled_in(pool_type)
        for each in self.convolutions():
            each.weight = each.weight.to(device=device, dtype=dtype, memory_format=layout)
            each.bias = each.bias.to(device=device, dtype=dtype)
        self.weight, self.bias = self.weight.to(device), self.bias.to(device)
        return self

    def convolved(self, way: "Plain") -> "ResNet50":
        """Take another way to convolve; weights are packed as it wants them."""
        for each in self.convolutions():
            way.pack(each)
        self.way = way
        return self

    def __call__(self, images: torch.Tensor) -> torch.Tensor:
        """Run it."""
        found = self.pool(self.way.convolve_relu(images, self.stem))
        for block in self.blocks:
            found = block(found, self.way)
        return torch.nn.functional.linear(found.float().mean(dim=(2, 3)), self.weight, self.bias)


class Plain:
    """torch's own convolution, then the rest: works everywhere."""

    name = "conv2d"

    def pack(self, convolution: Convolution) -> None:
        """Weights are used as they are."""

    def convolve(self, images: torch.Tensor, by: Convolution) -> torch.Tensor:
        """Convolve and add the bias."""
        return torch.nn.functional.conv2d(images, by.weight, by.bias, by.stride, by.padding)

    def convolve_relu(self, images: torch.Tensor, by: Convolution) -> torch.Tensor:
        """The same, then the larger of it and 0."""
        return self.convolve(images, by).relu_()

    def convolve_add_relu(self, images: torch.Tensor, by: Convolution, beside: torch.Tensor) -> torch.Tensor:
        """The same, with `beside` added before."""
        return self.convolve(images, by).add_(beside).relu_()


class CuDnn(Plain):
    """cuDNN's convolutions with bias, sum and relu in one launch."""

    name = "cuDNN, fused"

    def convolve_relu(self, images: torch.Tensor, by: Convolution) -> torch.Tensor:
        """Convolve, add the bias, take the larger of it and 0."""
        return torch.cudnn_convolution_relu(images, by.weight, by.bias, by.stride, by.padding, (1, 1), 1)

    def convolve_add_relu(self, images: torch.Tensor, by: Convolution, beside: torch.Tensor) -> torch.Tensor:
        """The same, with `beside` added before."""
        return torch.cudnn_convolution_add_relu(
            images, by.weight, beside, 1.0, by.bias, by.stride, by.padding, (1, 1), 1
        )


class OneDnn(Plain):
    """oneDNN's convolutions with weights packed for a size of batch, and sum and relu fused.

    What torch's own compiler calls (2.0 on), without its half minute: 42 images/s in bf16 on two Zen 4 cores, where plain
    convolutions reach 39 and the compiler 44.
    """

    name = "oneDNN, fused and packed"

    def __init__(self, batch: int) -> None:
        self.operators, self.batch = torch.ops.mkldnn, batch

    def pack(self, convolution: Convolution) -> None:
        """Lay the weights out as oneDNN wants them."""
        shape = [self.batch, convolution.weight.shape[1], convolution.side, convolution.side]
        convolution.weight = self.operators._reorder_convolution_weight(
            convolution.weight, list(convolution.padding), list(convolution.stride), [1, 1], 1, shape
        )

    def convolve(self, images: torch.Tensor, by: Convolution) -> torch.Tensor:
        """Convolve and add the bias."""
        return self._pointwise(images, by, "none")

    def convolve_relu(self, images: torch.Tensor, by: Convolution) -> torch.Tensor:
        """The same, then the larger of it and 0."""
        return self._pointwise(images, by, "relu")

    def _pointwise(self, images: torch.Tensor, by: Convolution, then: str) -> torch.Tensor:
        return self.operators._convolution_pointwise(
            images, by.weight, by.bias, list(by.padding), list(by.stride), [1, 1], 1, then, [], ""
        )

    def convolve_add_relu(self, images: torch.Tensor, by: Convolution, beside: torch.Tensor) -> torch.Tensor:
        """The same, with `beside` added before; `beside` becomes the result."""
        return self.operators._convolution_pointwise_.binary(
            beside, images, by.weight, by.bias, list(by.padding), list(by.stride), [1, 1], 1, "add", 1.0, "relu", [], ""
        )
