"""{side} -> {largest, mean}: by how much of 255 the GPU's resize differs from Pillow's, on noise of width and height `side`."""

from typing import Any, Dict, List

from selftest.worker.drivers.answering import answer


def difference(asked: Dict[str, List[int]]) -> Dict[str, Any]:
    """Resize one image both ways; what the GPU gives is normalised, and is turned back here."""
    import torch
    from PIL import Image

    from worker import decode
    from worker.jpeg_engines.early import Early
    from worker.jpeg_engines.resize import Resizer, numbers_of

    width, height = asked["side"]
    image = Image.effect_noise((width, height), 90).convert("RGB")
    wanted = torch.frombuffer(bytearray(_kept_box(image)), dtype=torch.uint8).view(decode.CROPPED, decode.CROPPED, 3)
    pixels = torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8).cuda()
    made = torch.zeros(1, decode.CROPPED, decode.CROPPED, 3, device="cuda")
    kept = Resizer(Early().wait(), torch.float32).resize(
        [pixels.data_ptr()], [numbers_of(width, height, width * 3)], made
    )
    torch.cuda.synchronize()
    del kept
    means, deviations = torch.tensor(decode.MEANS), torch.tensor(decode.DEVIATIONS)
    found = (made[0].cpu() * deviations + means) * 255
    off = (found - wanted.float()).abs()
    return {"largest": off.max().item(), "mean": off.mean().item()}


def _kept_box(image: Any) -> bytes:
    """Give the pixels as the tuned profile's CPU way makes them (worker/decode.py, cropped_pixels), of an image that is no file."""
    from PIL import Image

    from worker import decode

    box = decode.crop_box(*image.size)
    pixels = image.resize((decode.CROPPED, decode.CROPPED), Image.Resampling.BILINEAR, box=box).tobytes()
    return bytes(pixels)


if __name__ == "__main__":
    answer(difference)
