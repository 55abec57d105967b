"""`python -m selftest.worker.probabilities WEIGHTS FOLDER PRECISION COUNT`: how far the tuned network is from the mission's loop.

Prints JSON: the largest difference of any class's probability over the folder's first COUNT images, and the bound that the record states.
The mission's side is torchvision's own network on torchvision's own transforms, one image at a time.
"""

from __future__ import annotations

import json
import sys
from types import SimpleNamespace
from typing import Any


def main(weights: str, folder: str, precision: str, count: str) -> None:
    """Compare."""
    import torch

    from worker import decode
    from worker.clock import Clock
    from worker.record import Record
    from worker.source import Folder
    from worker.tuned import Tuned, as_tensor
    from worker.weights import load, torchvision_network

    state, _ = load(weights, torch)
    options: Any = SimpleNamespace(precision=precision, batch=0, decode_threads=0)
    clock = Clock()
    tuned = Tuned(torch, state, "cpu", Record(clock), clock, options)
    network, transforms, source = torchvision_network(state), decode.mission_transforms(), Folder(folder)
    worst = 0.0
    for name in source.names()[: int(count)]:
        data = source.read(name)
        with torch.inference_mode():
            missions = network(transforms(decode.open_rgb(data)).unsqueeze(0)).softmax(1)
            ours = tuned.network.resnet(tuned.network.normalised(as_tensor(torch, tuned.pixels(data))[None])).softmax(1)
        worst = max(worst, (missions - ours).abs().max().item())
    print(json.dumps({"largest_difference": worst, "bound": tuned.bound, "kernels": tuned.kernels}))


if __name__ == "__main__":
    main(*sys.argv[1:])
