"""{folder, precision, count} -> how far the tuned network is from the mission's loop, and the bound that the record states.

The largest difference of any class's probability over the folder's first images. The mission's side is torchvision's own network on
torchvision's own transforms, one image at a time. Weights: EDGEPROOF_WEIGHTS.
"""

import os
from typing import Any, Dict

import torch

from selftest.worker.drivers.answering import answer
from worker import decode
from worker.clock import Clock
from worker.networks import Asked, Networks, as_tensor
from worker.record import Record
from worker.source import Folder
from worker.transforms import mission_transforms
from worker.weights import load, torchvision_network


def compare(asked: Dict[str, Any]) -> Dict[str, Any]:
    """Compare."""
    state, _ = load(os.environ["EDGEPROOF_WEIGHTS"])
    tuned = Networks(state, "cpu", Record(Clock()), Asked(asked["precision"]))
    network, transforms, source = torchvision_network(state), mission_transforms(), Folder(asked["folder"])
    worst = 0.0
    for name in source.names()[: asked["count"]]:
        data = source.read(name)
        with torch.inference_mode():
            missions = network(transforms(decode.open_rgb(data)).unsqueeze(0)).softmax(1)
            images = tuned.network.normalised(as_tensor(tuned.pixels(data))[None])
            worst = max(worst, (missions - tuned.network.resnet(images).softmax(1)).abs().max().item())
    return {"largest_difference": worst, "bound": tuned.bound, "precision": tuned.precision}


if __name__ == "__main__":
    answer(compare)
