"""{images, broken, beside, batch, least} -> what a second look at so many images notes, and what they are one at a time.

The network is one layer of torch's, on the CPU, in both ways: `beside` the rest, in threads, as on a GPU, or whenever `look` is called.
"""

from typing import Any, Dict

import torch

from selftest.worker.drivers.answering import answer
from worker.clock import Clock
from worker.decode import CROPPED
from worker.network import Answers
from worker.networks import as_tensor
from worker.record import Record
from worker.second_look import SecondLook
from worker.source import Member, Synthetic


class OneLayer:
    """Random weights on an image's 4 x 4 coarse pixels; it notes the sizes of its batches."""

    device = "cpu"

    def __init__(self) -> None:
        torch.manual_seed(3)
        self.layer = torch.nn.Linear(4 * 4 * 3, 100)
        self.sizes = []  # type: Any

    def normalised(self, pixels: Any) -> Any:
        """Give (n, 48), about their mean."""
        side = CROPPED // 4
        return (pixels.float().view(-1, 4, side, 4, side, 3).mean(dim=(2, 4)).flatten(1) - 127.5) * 3

    def launch(self, images: Any) -> Any:
        """Classify them."""
        self.sizes.append(len(images))
        with torch.inference_mode():
            return Answers(self.layer(images).softmax(1).topk(2, 1))


class Images(Synthetic):
    """Synthetic images, one of which cannot be made."""

    def __init__(self, total: int, broken: int) -> None:
        super().__init__(total)
        self.broken = broken

    def pixels(self, name: str) -> bytes:
        """Make one; raises ValueError for the broken one."""
        if name == self.names()[self.broken]:
            raise ValueError("broken")
        return super().pixels(name)


def second_looks(asked: Dict[str, Any]) -> Dict[str, Any]:
    """Look, three more images at a time."""
    source, record = Images(asked["images"], asked["broken"]), Record(Clock())
    exact = OneLayer()  # type: Any
    names = source.names()
    look = SecondLook(exact, source, record, asked["beside"], asked["batch"])
    for start in range(0, len(names), 3):
        look.add([Member(index, names[index], None) for index in range(start, min(len(names), start + 3))])
        if not asked["beside"]:
            look.look(asked["batch"])
    count = look.finish()
    alone = {}
    for number, name in enumerate(names):
        if number != asked["broken"]:
            image = exact.normalised(as_tensor(source.pixels(name))[None])
            alone[name] = exact.layer(image).argmax(dim=1).item()
    reasons = [failure.reason for failure in record.failures]
    return {"count": count, "top1": record.top1, "alone": alone, "reasons": reasons, "sizes": exact.sizes}


if __name__ == "__main__":
    answer(second_looks)
