"""[width, height] -> whether an image becomes the tensor that ToTensor is documented to give, and what was fallen back from."""

from typing import Any, Dict, List

import torch
from PIL import Image

from selftest.worker.drivers.answering import answer
from worker import transforms
from worker.clock import Clock
from worker.record import Record


def convert(size: List[int]) -> Dict[str, Any]:
    """Convert an image of many values, by what works here and by the way without numpy."""
    width, height = size
    record = Record(Clock())
    values = [7 * number % 256 for number in range(width * height * 3)]
    image = Image.frombytes("RGB", (width, height), bytes(values))
    wanted = torch.tensor(values).view(height, width, 3).permute(2, 0, 1).float().div(255)
    ways = (transforms.working_to_tensor(record), transforms.plain_to_tensor)
    return {
        "equal": [bool(torch.equal(way(image), wanted)) for way in ways],
        "fallbacks": [each.as_data() for each in record.fallbacks],
    }


if __name__ == "__main__":
    answer(convert)
