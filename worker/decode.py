"""From a file's bytes to what the model takes: the mission's transforms, and the same pixels got faster."""

import io

from worker.source import DEVIATIONS, MEANS, SYNTHETIC_SIZE

RESIZED = 256
CROPPED = 224


def open_rgb(data):
    """Decode a JPEG (grey, CMYK, progressive …) to RGB as the mission's loop does: EXIF rotation is not applied."""
    from PIL import Image

    with Image.open(io.BytesIO(data)) as image:
        return image.convert("RGB")


def crop_box(width, height):
    """Give the box of the image that resize-shorter-side-to-256 and centre-crop-224 keep.

    Same arithmetic as torchvision's Resize and CenterCrop: the longer side is truncated, the crop's corner rounded.
    """
    if width <= height:
        wide, high = RESIZED, int(RESIZED * height / width)
    else:
        wide, high = int(RESIZED * width / height), RESIZED
    left = round((wide - CROPPED) / 2.0)
    top = round((high - CROPPED) / 2.0)
    across, down = width / float(wide), height / float(high)
    return left * across, top * down, (left + CROPPED) * across, (top + CROPPED) * down


def cropped_pixels(data):
    """Decode, and resample only what the crop keeps: uint8, shape (224, 224, 3)."""
    import numpy
    from PIL import Image

    image = open_rgb(data)
    box = crop_box(*image.size)
    return numpy.asarray(image.resize((CROPPED, CROPPED), Image.BILINEAR, box=box))


def normalised(pixels, torch):
    """Turn uint8 pixels (n, 224, 224, 3) into the model's float input (n, 3, 224, 224), channels last in memory."""
    batch = torch.from_numpy(pixels).permute(0, 3, 1, 2).float()
    mean = torch.tensor(MEANS).view(1, 3, 1, 1)
    deviation = torch.tensor(DEVIATIONS).view(1, 3, 1, 1)
    return batch.div_(255).sub_(mean).div_(deviation)


def mission_transforms():
    """Give the mission's preprocessing: resize 256, centre crop 224, to tensor, normalise."""
    from torchvision import transforms

    steps = [transforms.Resize(RESIZED), transforms.CenterCrop(CROPPED), transforms.ToTensor()]
    return transforms.Compose(steps + [transforms.Normalize(MEANS, DEVIATIONS)])


assert SYNTHETIC_SIZE == CROPPED
