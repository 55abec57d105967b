"""The mission's loop as it stands: open, convert, transform, one inference, one image at a time."""

import torch
from PIL import Image

from worker import decode, transforms, weights
from worker.network import full_fp32
from worker.record import Record
from worker.resnet import State
from worker.source import Numbered, Source, Synthetic


class Seed:
    """The seed document's way, for comparison: torchvision's network in fp32, no batches, nothing beside anything."""

    batch = 1
    precision = "fp32"
    kernels = "torchvision's resnet50"
    decoder = "Pillow + torchvision.transforms"

    def __init__(self, state: State, device: str, record: Record) -> None:
        self.device, self.record = device, record
        full_fp32()
        self.network = weights.torchvision_network(state).to(device)
        to_tensor = transforms.working_to_tensor(record)
        self.transforms = transforms.mission_transforms(to_tensor)
        self.normalise = transforms.mission_normalise(to_tensor)

    def warm_up(self) -> None:
        """One dummy inference, and a synchronise, before the clock starts."""
        with torch.no_grad():
            self.network(torch.zeros(1, 3, decode.CROPPED, decode.CROPPED).to(self.device))
        self._synchronise()

    def _synchronise(self) -> None:
        if self.device == "cuda":
            torch.cuda.synchronize()

    def classify(self, source: Source, numbered: Numbered) -> None:
        """Classify the images, each on its own; one that fails costs only itself."""
        for index, name in numbered:
            try:
                self.record.done([name], [self._one(source, name)])
            except Exception as error:
                self.record.failed(name, index, error)
        self._synchronise()

    def _one(self, source: Source, name: str) -> int:
        clock = self.record.clock
        with clock.phase("read"):
            data = source.read(name)
        with clock.phase("decode"):
            if isinstance(source, Synthetic):
                image = Image.frombytes("RGB", (decode.CROPPED, decode.CROPPED), source.pixels(name))
                one = self.normalise(image).unsqueeze(0)
            else:
                one = self.transforms(decode.open_rgb(data)).unsqueeze(0)
        with clock.phase("compute"), torch.no_grad():
            top1: int = self.network(one.to(self.device)).argmax(dim=1).item()
            return top1
