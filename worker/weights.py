"""ResNet-50's weights: pretrained, from a file, or seeded random ones."""

import os

from worker.decode import DEVIATIONS, MEANS

SEED = 0
CALIBRATION_IMAGES = 64
DIRECTIONS = 8
SHAPES = 12
BRANCH_SCALE = 0.1
"""Of what a block adds to what goes past it: with 1.0 rounding to bf16 moves logits by half their spread, with 0.1 by 2 %."""
LIVE_CLASSES = 16
SHARPNESS = 6.0
BAKED = "weights.pth"
"""Made at the image's build, beside this package: what the default weights are, if it is there."""


def baked_path():
    """Name the weights file that the image's build makes."""
    return os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), BAKED)


def load(weights, torch):
    """Give (state_dict of torchvision's resnet50 on the CPU, what its weights are).

    `weights`: pretrained, random, or a file. A file holds {"state": state_dict, "label": str}, or a bare state_dict.
    Raises OSError or RuntimeError where they cannot be had.
    """
    if weights == "pretrained":
        return _pretrained(), "pretrained"
    if weights == "random":
        return seeded(torch), "random (seed {})".format(SEED)
    found = torch.load(weights, map_location="cpu")
    label = found.get("label") if isinstance(found.get("label"), str) else "file: {}".format(os.path.basename(weights))
    return found.get("state", found), label


def torchvision_network(state):
    """Give torchvision's own ResNet-50 with these weights, in evaluation mode: what the mission's loop runs."""
    from torchvision import models

    model = models.resnet50()
    model.load_state_dict(state)
    return model.eval()


def _pretrained():
    from torchvision import models

    if hasattr(models, "ResNet50_Weights"):
        return models.resnet50(weights="IMAGENET1K_V1").state_dict()
    return models.resnet50(pretrained=True).state_dict()


def seeded(torch):
    """Make a state_dict of seeded random weights that answers as trained ones do, if not as rightly.

    Classes differ from image to image, and rest on what an image shows, not on rounding: the first filters are smooth,
    blocks add little to what goes past them, batch norms are set from photo-like images, and the last layer looks along
    the few directions in which those differ most, with a bias that makes most classes rare.
    """
    from torchvision import models

    torch.manual_seed(SEED)
    model = models.resnet50()
    images = calibration_images(torch)
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
    return model.state_dict()


def calibration_images(torch):
    """Make images of soft light, shapes and fine grain, normalised as photos are: float32, shape (n, 3, 224, 224)."""
    coarse = torch.rand(CALIBRATION_IMAGES, 3, 5, 6)
    pixels = torch.nn.functional.interpolate(coarse, size=(224, 224), mode="bilinear", align_corners=False)
    for image in pixels:
        for left, top, high, wide in (torch.rand(SHAPES, 4) * 150).int().tolist():
            image[:, top : top + 5 + high, left : left + 5 + wide] = torch.rand(3, 1, 1)
    pixels = pixels * 0.88 + torch.rand(CALIBRATION_IMAGES, 1, 224, 224) * 0.12
    return (pixels - torch.tensor(MEANS).view(1, 3, 1, 1)) / torch.tensor(DEVIATIONS).view(1, 3, 1, 1)


def save(weights, path):
    """Write the weights and what they are to a file, for the image's build; `weights` as `load` takes them."""
    import torch

    state, label = load(weights, torch)
    torch.save({"state": state, "label": label}, path)
