"""The mission's transforms as torchvision has them: what the seed profile runs. Whoever needs a short start-up imports decode alone."""

from typing import Any, Callable, Optional

import torch
from PIL import Image
from torchvision import transforms

from worker.decode import CROPPED, DEVIATIONS, MEANS, RESIZED
from worker.record import Record

ToTensor = Callable[[Image.Image], torch.Tensor]


def mission_transforms(to_tensor: Optional[ToTensor] = None) -> Any:
    """Give the mission's preprocessing: resize 256, centre crop 224, to tensor, normalise."""
    return transforms.Compose(
        [transforms.Resize(RESIZED), transforms.CenterCrop(CROPPED), mission_normalise(to_tensor)]
    )


def mission_normalise(to_tensor: Optional[ToTensor] = None) -> Any:
    """Give the last two of them: to tensor (torchvision's, where no other is given), normalise."""
    return transforms.Compose([to_tensor or transforms.ToTensor(), transforms.Normalize(MEANS, DEVIATIONS)])


def working_to_tensor(record: Record) -> ToTensor:
    """Give torchvision's ToTensor; where this torch cannot take numpy's arrays, the same without numpy, and the record says why."""
    theirs: ToTensor = transforms.ToTensor()
    try:
        theirs(Image.new("RGB", (1, 1)))
        return theirs
    except RuntimeError as error:  # "Numpy is not available": it is older than what torch was built for
        record.fell_back("torchvision's ToTensor", error)
        return plain_to_tensor


def plain_to_tensor(image: Image.Image) -> torch.Tensor:
    """Give an RGB image as ToTensor does: float32 (3, height, width), 0 to 1."""
    width, height = image.size
    pixels = torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8).view(height, width, 3)
    return pixels.permute(2, 0, 1).contiguous().float().div(255)
