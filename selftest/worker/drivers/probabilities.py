"""{folder, precision, count} -> how far the tuned network is from the mission's loop, and the bound that the record states.

The largest difference of any class's probability over the folder's first images. The mission's side is torchvision's own network on
torchvision's own transforms, one image at a time. Weights: EDGEPROOF_WEIGHTS.
"""

import os
from types import SimpleNamespace
from typing import Any, Dict

import torch

from selftest.worker.drivers.answering import answer
from worker import decode
from worker.clock import Clock
from worker.record import Record
from worker.source import Folder
from worker.tuned import Tuned, as_tensor
from worker.weights import load, torchvision_network


def compare(asked: Dict[str, Any]) -> Dict[str, Any]:
    """Compare."""
    state, _ = load(os.environ["EDGEPROOF_WEIGHTS"], torch)
    options = SimpleNamespace(precision=asked["precision"], batch=0, decode_threads=0)
    clock = Clock()
    tuned = Tuned(torch, state, "cpu", Record(clock), clock, options)
    network, transforms, source = torchvision_network(state), decode.mission_transforms(), Folder(asked["folder"])
    worst = 0.0
    for name in source.names()[: asked["count"]]:
        data = source.read(name)
        with torch.inference_mode():
            missions = network(transforms(decode.open_rgb(data)).unsqueeze(0)).softmax(1)
            images = tuned.network.normalised(as_tensor(torch, tuned.pixels(data))[None])
            worst = max(worst, (missions - tuned.network.resnet(images).softmax(1)).abs().max().item())
    return {"largest_difference": worst, "bound": tuned.bound, "precision": tuned.precision}


if __name__ == "__main__":
    answer(compare)
