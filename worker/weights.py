"""ResNet-50's weights: pretrained, from a file, or seeded random ones."""

import os
from typing import Tuple

import torch

from worker.random_weights import SEED, seeded
from worker.resnet import State

BAKED = "weights.pth"
"""Made at the image's build, beside this package: what the default weights are, if it is there."""


def baked_path() -> str:
    """Name the weights file that the image's build makes."""
    return os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), BAKED)


def load(weights: str) -> Tuple[State, str]:
    """Give (state_dict of torchvision's resnet50 on the CPU, what its weights are).

    `weights`: pretrained, random, or a file. A file holds {"state": state_dict, "label": str}, or a bare state_dict.
    Raises OSError or RuntimeError where they cannot be had.
    """
    if weights == "pretrained":
        return _pretrained(), "pretrained"
    if weights == "random":
        return seeded(), "random (seed {})".format(SEED)
    found = torch.load(weights, map_location="cpu")
    label = found.get("label") if isinstance(found.get("label"), str) else "file: {}".format(os.path.basename(weights))
    return found.get("state", found), label


def torchvision_network(state: State) -> torch.nn.Module:
    """Give torchvision's own ResNet-50 with these weights, in evaluation mode: what the mission's loop runs."""
    from torchvision import models

    model = models.resnet50()
    model.load_state_dict(state)
    return model.eval()


def _pretrained() -> State:
    from torchvision import models

    is_new = hasattr(models, "ResNet50_Weights")
    model = models.resnet50(weights="IMAGENET1K_V1") if is_new else models.resnet50(pretrained=True)
    state: State = model.state_dict()
    return state


def save(weights: str, path: str) -> None:
    """Write the weights and what they are to a file, for the image's build; `weights` as `load` takes them."""
    state, label = load(weights)
    torch.save({"state": state, "label": label}, path)
