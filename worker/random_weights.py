"""Seeded random weights for ResNet-50, for machines without a network: they answer as trained ones do, if not as rightly."""

import torch

from worker.decode import CROPPED, DEVIATIONS, MEANS
from worker.resnet import State

SEED = 0
CALIBRATION_IMAGES = 64
DIRECTIONS = 8
SHAPES = 12
BRANCH_SCALE = 0.1
"""Of what a block adds to what goes past it: with 1.0 rounding to bf16 moves logits by half their spread, with 0.1 by 2 %."""
LIVE_CLASSES = 16
SHARPNESS = 6.0


def seeded() -> State:
    """Make a state_dict of seeded random weights that answers as trained ones do, if not as rightly.

    Classes differ from image to image, and rest on what an image shows, not on rounding: the first filters are smooth,
    blocks add little to what goes past them, batch norms are set from photo-like images, and the last layer looks along
    the few directions in which those differ most, with a bias that makes most classes rare.
    """
    from torchvision import models

    torch.manual_seed(SEED)
    model = models.resnet50()
    images = calibration_images()
    with torch.no_grad():
        kernel = torch.tensor([1.0, 6.0, 15.0, 20.0, 15.0, 6.0, 1.0])
        model.conv1.weight.mul_(kernel.view(1, 1, 1, 7) * kernel.view(1, 1, 7, 1) / 400.0)
        for name, module in model.named_modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.momentum = 1.0
            if name.endswith("bn3"):
                module.weight.fill_(BRANCH_SCALE)
        last, model.fc = model.fc, torch.nn.Identity()
        model.train()
        model(images)
        model.eval()
        features = model(images)
        centre = features.mean(dim=0)
        _, spreads, directions = torch.linalg.svd(features - centre, full_matrices=False)
        spreads = spreads[:DIRECTIONS] / CALIBRATION_IMAGES**0.5
        towards = torch.nn.functional.normalize(torch.randn(last.out_features, DIRECTIONS), dim=1)
        last.weight.copy_(SHARPNESS * (towards / spreads) @ directions[:DIRECTIONS])
        last.bias.copy_(-(last.weight @ centre))
        last.bias[LIVE_CLASSES:] -= 4 * SHARPNESS
        model.fc = last
    state: State = model.state_dict()
    return state


def calibration_images() -> torch.Tensor:
    """Make images of soft light, shapes and fine grain, normalised as photos are: float32, shape (n, 3, 224, 224)."""
    coarse = torch.rand(CALIBRATION_IMAGES, 3, 5, 6)
    pixels = torch.nn.functional.interpolate(coarse, size=(CROPPED, CROPPED), mode="bilinear", align_corners=False)
    for image in pixels:
        for left, top, high, wide in (torch.rand(SHAPES, 4) * 150).int().tolist():
            image[:, top : top + 5 + high, left : left + 5 + wide] = torch.rand(3, 1, 1)
    pixels = pixels * 0.88 + torch.rand(CALIBRATION_IMAGES, 1, CROPPED, CROPPED) * 0.12
    return (pixels - torch.tensor(MEANS).view(1, 3, 1, 1)) / torch.tensor(DEVIATIONS).view(1, 3, 1, 1)
