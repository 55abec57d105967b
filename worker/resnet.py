"""ResNet-50 with its batch norms folded into the convolutions, and three ways to convolve it.

The same network as torchvision's `resnet50` (He et al., 2015; stride in the 3 x 3, as torchvision has it), made from its
state_dict. Nothing is initialised only to be overwritten, and torchvision need not be imported: that halves the start-up.
"""

from worker.pieces import pooled_in

BLOCKS = (3, 4, 6, 3)
SIDE = 224
BATCH_NORM_EPSILON = 1e-5
"""torch.nn.BatchNorm2d's default, which torchvision keeps."""


class Convolution:
    """One convolution with the batch norm behind it folded in: weight (out, in, k, k), bias (out), on side x side pixels."""

    def __init__(self, weight, bias, stride, side):
        self.weight, self.bias, self.side = weight, bias, side
        self.stride = (stride, stride)
        self.padding = (weight.shape[2] // 2, weight.shape[3] // 2)


def folded(state, convolution, norm, stride, side, torch):
    """Fold batch norm `norm` into `convolution`, both keys of the state_dict: y = w x scale + (beta - mean scale)."""
    scale = state[norm + ".weight"] * torch.rsqrt(state[norm + ".running_var"] + BATCH_NORM_EPSILON)
    weight = state[convolution + ".weight"] * scale.view(-1, 1, 1, 1)
    return Convolution(weight, state[norm + ".bias"] - state[norm + ".running_mean"] * scale, stride, side)


class Bottleneck:
    """1 x 1, 3 x 3, 1 x 1, and the way past them; `side` is that of the images that come in."""

    def __init__(self, state, name, stride, side, torch):
        self.first = folded(state, name + ".conv1", name + ".bn1", 1, side, torch)
        self.second = folded(state, name + ".conv2", name + ".bn2", stride, side, torch)
        self.third = folded(state, name + ".conv3", name + ".bn3", 1, side // stride, torch)
        past = name + ".downsample."
        self.past = folded(state, past + "0", past + "1", stride, side, torch) if past + "0.weight" in state else None

    def convolutions(self):
        """List them."""
        return [self.first, self.second, self.third] + ([self.past] if self.past else [])

    def __call__(self, images, way):
        """Run the block on (n, channels, h, w), with one of the ways to convolve."""
        beside = way.convolve(images, self.past) if self.past else images
        inner = way.convolve_relu(way.convolve_relu(images, self.first), self.second)
        return way.convolve_add_relu(inner, self.third, beside)


class ResNet50:
    """The network: normalised images (n, 3, 224, 224) in, logits (n, 1000) in fp32 out."""

    def __init__(self, state, torch):
        self.torch = torch
        self.way, self.pool = Plain(torch), pooled_in(torch, torch.float32)
        self.stem = folded(state, "conv1", "bn1", 2, SIDE, torch)
        self.blocks, side = [], SIDE // 4
        for stage, count in enumerate(BLOCKS):
            for block in range(count):
                stride = 2 if stage and not block else 1
                self.blocks.append(Bottleneck(state, "layer{}.{}".format(stage + 1, block), stride, side, torch))
                side //= stride
        self.weight, self.bias = state["fc.weight"].float(), state["fc.bias"].float()

    def convolutions(self):
        """List them all."""
        return [self.stem] + [convolution for block in self.blocks for convolution in block.convolutions()]

    def to(self, device, dtype, layout, pool_type):
        """Move to a device, a format of numbers and an order in memory; pooling has its own format, the last layer stays fp32."""
        self.pool = pooled_in(self.torch, pool_type)
        for each in self.convolutions():
            each.weight = each.weight.to(device=device, dtype=dtype, memory_format=layout)
            each.bias = each.bias.to(device=device, dtype=dtype)
        self.weight, self.bias = self.weight.to(device), self.bias.to(device)
        return self

    def convolved(self, way):
        """Take another way to convolve; weights are packed as it wants them."""
        for each in self.convolutions():
            way.pack(each)
        self.way = way
        return self

    def __call__(self, images):
        """Run it."""
        functional = self.torch.nn.functional
        found = self.pool(self.way.convolve_relu(images, self.stem))
        for block in self.blocks:
            found = block(found, self.way)
        return functional.linear(found.float().mean(dim=(2, 3)), self.weight, self.bias)


class Plain:
    """torch's own convolution, then the rest: works everywhere."""

    name = "conv2d"

    def __init__(self, torch):
        self.torch = torch

    def pack(self, convolution):
        """Weights are used as they are."""

    def convolve(self, images, by):
        """Convolve and add the bias."""
        return self.torch.nn.functional.conv2d(images, by.weight, by.bias, by.stride, by.padding)

    def convolve_relu(self, images, by):
        """The same, then the larger of it and 0."""
        return self.convolve(images, by).relu_()

    def convolve_add_relu(self, images, by, beside):
        """The same, with `beside` added before."""
        return self.convolve(images, by).add_(beside).relu_()


class CuDnn(Plain):
    """cuDNN's convolutions with bias, sum and relu in one launch."""

    name = "cuDNN, fused"

    def convolve_relu(self, images, by):
        """Convolve, add the bias, take the larger of it and 0."""
        return self.torch.cudnn_convolution_relu(images, by.weight, by.bias, by.stride, by.padding, (1, 1), 1)

    def convolve_add_relu(self, images, by, beside):
        """The same, with `beside` added before."""
        return self.torch.cudnn_convolution_add_relu(
            images, by.weight, beside, 1.0, by.bias, by.stride, by.padding, (1, 1), 1
        )


class OneDnn(Plain):
    """oneDNN's convolutions with weights packed for a size of batch, and sum and relu fused.

    What torch's own compiler calls (2.0 on), without its half minute: 42 images/s in bf16 on two Zen 4 cores, where plain
    convolutions reach 39 and the compiler 44.
    """

    name = "oneDNN, fused and packed"

    def __init__(self, torch, batch):
        super().__init__(torch)
        self.operators, self.batch = torch.ops.mkldnn, batch

    def pack(self, convolution):
        """Lay the weights out as oneDNN wants them."""
        shape = [self.batch, convolution.weight.shape[1], convolution.side, convolution.side]
        convolution.weight = self.operators._reorder_convolution_weight(
            convolution.weight, list(convolution.padding), list(convolution.stride), [1, 1], 1, shape
        )

    def convolve(self, images, by):
        """Convolve and add the bias."""
        return self._pointwise(images, by, "none")

    def convolve_relu(self, images, by):
        """The same, then the larger of it and 0."""
        return self._pointwise(images, by, "relu")

    def _pointwise(self, images, by, then):
        return self.operators._convolution_pointwise(
            images, by.weight, by.bias, list(by.padding), list(by.stride), [1, 1], 1, then, [], ""
        )

    def convolve_add_relu(self, images, by, beside):
        """The same, with `beside` added before; `beside` becomes the result."""
        return self.operators._convolution_pointwise_.binary(
            beside, images, by.weight, by.bias, list(by.padding), list(by.stride), [1, 1], 1, "add", 1.0, "relu", [], ""
        )
