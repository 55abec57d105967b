"""From a file's bytes to what the network takes: the mission's transforms, and the same pixels got faster."""

import io
from functools import partial

RESIZED = 256
CROPPED = 224
MEANS = (0.485, 0.456, 0.406)
DEVIATIONS = (0.229, 0.224, 0.225)


def open_rgb(data):
    """Decode a JPEG (grey, CMYK, progressive …) to RGB as the mission's loop does: EXIF rotation is not applied."""
    from PIL import Image, UnidentifiedImageError

    try:
        opened = Image.open(io.BytesIO(data))
    except UnidentifiedImageError:
        raise UnidentifiedImageError("no image that Pillow knows")  # its own words end in an object's address
    with opened as image:
        return image.convert("RGB")


def resized_size(width, height):
    """Give (width, height) after torchvision's Resize(256): the shorter side is 256, the longer one truncated."""
    if width <= height:
        return RESIZED, int(RESIZED * height / width)
    return int(RESIZED * width / height), RESIZED


def crop_corner(wide, high):
    """Give (left, top) of torchvision's CenterCrop(224): rounded."""
    return round((wide - CROPPED) / 2.0), round((high - CROPPED) / 2.0)


def crop_box(width, height):
    """Give the box (left, top, right, bottom) of the image that resizing and cropping keep, in its own pixels."""
    wide, high = resized_size(width, height)
    left, top = crop_corner(wide, high)
    across, down = width / float(wide), height / float(high)
    return left * across, top * down, (left + CROPPED) * across, (top + CROPPED) * down


def cropped_pixels(data):
    """Decode, and resample only what the crop keeps: 224 x 224 RGB as bytes.

    Pillow holds the box in single precision: one value in a thousand is off by 1 of 255 from `mission_pixels`.
    """
    from PIL import Image

    image = open_rgb(data)
    return image.resize((CROPPED, CROPPED), Image.BILINEAR, box=crop_box(*image.size)).tobytes()


def mission_pixels(data):
    """Decode, resize and crop as the mission's transforms do, to the bit: 224 x 224 RGB as bytes."""
    from PIL import Image

    image = open_rgb(data)
    wide, high = resized_size(*image.size)
    left, top = crop_corner(wide, high)
    return image.resize((wide, high), Image.BILINEAR).crop((left, top, left + CROPPED, top + CROPPED)).tobytes()


def mission_transforms(to_tensor=None):
    """Give the mission's preprocessing: resize 256, centre crop 224, to tensor, normalise."""
    from torchvision import transforms

    return transforms.Compose(
        [transforms.Resize(RESIZED), transforms.CenterCrop(CROPPED), mission_normalise(to_tensor)]
    )


def mission_normalise(to_tensor=None):
    """Give the last two of them: to tensor (torchvision's, where no other is given), normalise."""
    from torchvision import transforms

    return transforms.Compose([to_tensor or transforms.ToTensor(), transforms.Normalize(MEANS, DEVIATIONS)])


def working_to_tensor(torch, record):
    """Give torchvision's ToTensor; where this torch cannot take numpy's arrays, the same without numpy, and the record says why."""
    from PIL import Image
    from torchvision import transforms

    theirs = transforms.ToTensor()
    try:
        theirs(Image.new("RGB", (1, 1)))
        return theirs
    except RuntimeError as error:  # "Numpy is not available": it is older than what torch was built for
        record.fell_back("torchvision's ToTensor", error)
        return partial(plain_to_tensor, torch)


def plain_to_tensor(torch, image):
    """Give an RGB image as ToTensor does: float32 (3, height, width), 0 to 1."""
    width, height = image.size
    pixels = torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8).view(height, width, 3)
    return pixels.permute(2, 0, 1).contiguous().float().div(255)
