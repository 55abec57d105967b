"""{folder, name} -> {length, sha256} of a file's pixels as the tuned profile decodes them, or {reason} where it cannot be decoded."""

import hashlib
from typing import Any, Dict

from selftest.worker.drivers.answering import answer
from worker import decode
from worker.record import reason_of
from worker.source import Folder


def pixels_of(asked: Dict[str, str]) -> Dict[str, Any]:
    """Decode it."""
    try:
        pixels = decode.cropped_pixels(Folder(asked["folder"]).read(asked["name"]))
    except Exception as error:
        return {"reason": reason_of(error)}
    return {"length": len(pixels), "sha256": hashlib.sha256(pixels).hexdigest()}


if __name__ == "__main__":
    answer(pixels_of)
