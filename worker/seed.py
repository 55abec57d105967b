"""The mission's loop as it stands: open, convert, transform, one inference, one image at a time."""

from PIL import Image

from worker import decode, weights
from worker.network import full_fp32


class Seed:
    """The seed document's way, for comparison: torchvision's network in fp32, no batches, nothing beside anything."""

    batch = 1
    precision = "fp32"
    kernels = "torchvision's resnet50"
    decoder = "Pillow + torchvision.transforms"

    def __init__(self, torch, state, device, record, clock, options, processes=None):
        self.torch, self.device, self.record, self.clock = torch, device, record, clock
        full_fp32(torch)
        self.network = weights.torchvision_network(state).to(device)
        to_tensor = decode.working_to_tensor(torch, record)
        self.transforms = decode.mission_transforms(to_tensor)
        self.normalise = decode.mission_normalise(to_tensor)

    def warm_up(self):
        """One dummy inference, and a synchronise, before the clock starts."""
        with self.torch.no_grad():
            self.network(self.torch.zeros(1, 3, 224, 224).to(self.device))
        self._synchronise()

    def _synchronise(self):
        if self.device == "cuda":
            self.torch.cuda.synchronize()

    def classify(self, source, numbered):
        """Classify the (index, name) pairs, each on its own; an image that fails costs only itself."""
        for index, name in numbered:
            try:
                self.record.done([name], [self._one(source, name)])
            except Exception as error:
                self.record.failed(name, index, error)
        self._synchronise()

    def _one(self, source, name):
        with self.clock.phase("read"):
            data = source.read(name)
        with self.clock.phase("decode"):
            if source.kind == "synthetic":
                image = Image.frombytes("RGB", (decode.CROPPED, decode.CROPPED), source.pixels(name))
                one = self.normalise(image).unsqueeze(0)
            else:
                one = self.transforms(decode.open_rgb(data)).unsqueeze(0)
        with self.clock.phase("compute"), self.torch.no_grad():
            return self.network(one.to(self.device)).argmax(dim=1).item()
