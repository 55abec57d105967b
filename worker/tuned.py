"""The fast way through a shard: files read ahead, decoded beside the network, batches; what is close is looked at again.

readers (threads, or processes) -> decoders (the GPU's JPEG engines, or threads) -> batches -> network -> record. On a CPU
each core decodes and classifies batches of its own. Where precision or pixels are not the mission's to the bit, an image
whose two likeliest classes lie closer together than that can move them is classified once more, exactly: predictions are
those of the mission's loop.
"""

from typing import TYPE_CHECKING, Optional

from worker import cpu_way, gpu_way, machine
from worker.classifier import Classifier
from worker.machine import out_of_memory
from worker.networks import SECOND_LOOK_BATCH, Asked, Networks
from worker.read_threads import ReadAhead
from worker.record import Record
from worker.resnet import State
from worker.second_look import SecondLook
from worker.source import Numbered, Source

if TYPE_CHECKING:
    from worker.jpeg_engines.engines import Engines

READERS = 8
"""Threads that read, whatever the cores: over a network they wait."""
READ_AHEAD = 64
"""Files read and not yet decoded: a few megabytes, also where photos are large and memory is a Nano's."""


class Tuned:
    """Classifies a shard's images as fast as the machine lets it."""

    def __init__(
        self, state: State, device: str, record: Record, asked: Asked, engines: "Optional[Engines]" = None
    ) -> None:
        self.record, self.engines = record, engines
        self.threads = asked.decode_threads or machine.cores()
        self.networks = Networks(state, device, record, asked)

    @property
    def precision(self) -> str:
        """Say in which numbers most images are classified."""
        return self.networks.precision

    @property
    def batch(self) -> int:
        """Give how many images a batch has."""
        return self.networks.batch

    @property
    def kernels(self) -> str:
        """Say what convolves."""
        return self.networks.network.kernels

    @property
    def decoder(self) -> str:
        """Say what decodes."""
        if self.engines and self.engines.decoder:
            return self.engines.decoder.name
        return "Pillow in threads" + ("" if self.precision == "fp32" else ", one resize of the kept box")

    def warm_up(self) -> None:
        """One batch of the size that follows, and the exact way once; with less memory, a smaller size."""
        while True:
            try:
                self._warm_up()
                return
            except RuntimeError as error:
                if not out_of_memory(error) or self.batch == 1:
                    raise
                why = str(error)
            # After the error's end: its frames hold what was made of the memory until then.
            if self.engines:
                self.engines.close()
            self.networks.halve(why)

    def _warm_up(self) -> None:
        networks = self.networks
        networks.capture()
        # In fp32 pixels are the mission's to the bit, which the engines' are not.
        if self.engines and networks.device == "cuda" and networks.precision != "fp32":
            self.engines.open(networks.batch, networks.network.type, self.record)
        networks.run_once()

    def classify(self, source: Source, numbered: Numbered) -> None:
        """Classify the images; one that fails costs only itself."""
        device = self.networks.device
        look = SecondLook(self.networks.exact, source, self.record, device == "cuda", SECOND_LOOK_BATCH[device])
        classifier = Classifier(self.networks, source, self.record, look)
        if self.engines and self.engines.decoder:
            gpu_way.by_engines(classifier, self.engines)
        else:
            ahead = ReadAhead(source, numbered, self.record, READERS, READ_AHEAD)
            way = cpu_way.on_cores if device == "cpu" else gpu_way.by_threads
            way(classifier, ahead, self.threads)
        self.record.about.second_looks = look.finish()
        if self.engines:
            self.engines.stop()
