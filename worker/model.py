"""ResNet-50 and its weights: pretrained, from a file, or seeded random ones."""

import os

SEED = 0
CALIBRATION_IMAGES = 16
BAKED = "weights.pth"
"""Made at the image's build, beside this package: what the default weights are, if it is there."""


def baked_path():
    """Name the weights file that the image's build makes."""
    return os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), BAKED)


def load(weights, torch):
    """Give (model in evaluation mode on the CPU, what its weights are).

    `weights`: pretrained, random, or a file. A file holds {"state": state_dict, "label": str}, or a bare state_dict.
    Raises OSError or RuntimeError where they cannot be had.
    """
    from torchvision import models

    if weights == "pretrained":
        return _pretrained(models), "pretrained"
    if weights == "random":
        return seeded(torch), "random (seed {})".format(SEED)
    model = models.resnet50()
    found = torch.load(weights, map_location="cpu")
    label = found.get("label") if isinstance(found.get("label"), str) else "file: {}".format(weights)
    model.load_state_dict(found.get("state", found))
    return model.eval(), label


def _pretrained(models):
    if hasattr(models, "ResNet50_Weights"):
        return models.resnet50(weights="IMAGENET1K_V1").eval()
    return models.resnet50(pretrained=True).eval()


def seeded(torch):
    """Make a ResNet-50 of seeded random weights whose answers still differ from image to image.

    A fresh random net gives every image one class: its batch-norm statistics and last bias are set from seeded
    noise, so that activations are centred and top-1 varies.
    """
    from torchvision import models

    torch.manual_seed(SEED)
    model = models.resnet50()
    noise = torch.randn(CALIBRATION_IMAGES, 3, 224, 224)
    coarse = torch.nn.functional.interpolate(torch.randn(CALIBRATION_IMAGES, 3, 7, 7), size=(224, 224), mode="nearest")
    images = noise * 0.3 + coarse
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = 1.0
    with torch.no_grad():
        model.train()
        model(images)
        model.eval()
        model.fc.weight.mul_(20.0)
        model.fc.bias.sub_(model(images).mean(dim=0))
    return model


def save_seeded(path):
    """Write the seeded net's weights to a file, for the image's build."""
    import torch

    torch.save({"state": seeded(torch).state_dict(), "label": "random (seed {})".format(SEED)}, path)


def save_pretrained(path):
    """Fetch the pretrained weights and write them to a file, for the image's build."""
    import torch
    from torchvision import models

    torch.save({"state": _pretrained(models).state_dict(), "label": "pretrained"}, path)
