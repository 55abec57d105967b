"""What each part could do alone on this machine: the network from images in memory, decoding without a network, reading."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from worker.source import Member

MEASURED_S = 3.0
"""Each ceiling is measured for this long."""


class Ceilings:
    """The tuned worker's own parts, run one at a time in this process. Rates in images/s."""

    def __init__(self, weights: str) -> None:
        from worker.clock import Clock
        from worker.jpeg_engines.engines import open_engines
        from worker.record import Record

        self.record = Record(Clock())
        # Readers of nothing, forked before torch as the worker does: with them the tuned profile decodes on the GPU.
        self.engines = open_engines(".")
        if self.engines:
            self.engines.give([], self.record)
        import torch

        from worker.networks import Asked
        from worker.tuned import Tuned
        from worker.weights import load

        self.torch = torch
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.state, _ = load(weights)
        self.tuned = Tuned(self.state, self.device, self.record, Asked(), self.engines)
        self.tuned.warm_up()

    def network(self) -> float:
        """Run the network on one batch over and over; on a CPU a batch a core, side by side, as the tuned profile does."""
        from concurrent.futures import ThreadPoolExecutor

        images = self._images(self.tuned.batch)
        cores = self.tuned.threads if self.device == "cpu" else 1

        def classify(_: int) -> float:
            if self.device == "cpu":
                self.torch.set_num_threads(1)
            return self._rate(lambda: self.tuned.networks.network.launch(images).read(), self.tuned.batch)

        with ThreadPoolExecutor(cores) as pool:
            return sum(pool.map(classify, range(cores)))

    def decode(self, folder: Path) -> float:
        """Decode (and resize) the files of a folder, already read, as the tuned profile does, without a network."""
        from worker.source import Folder, Member

        source = Folder(str(folder))
        files = [Member(index, name, source.read(name)) for index, name in enumerate(source.names())]
        self._decode(files)
        return len(files) / self._decode(files)

    def probability_difference(self, folder: Path, count: int) -> float:
        """Give the largest difference of any class's probability between the tuned network and fp32 on the mission's pixels."""
        from worker import decode
        from worker.network import Network
        from worker.networks import as_tensor
        from worker.source import Folder

        torch, source = self.torch, Folder(str(folder))
        exact = Network(self.state, self.device, "fp32", self.record)
        worst = 0.0
        for name in source.names()[:count]:
            data = source.read(name)
            ours, missions = self.tuned.networks.pixels(data), decode.mission_pixels(data)
            with torch.inference_mode():
                fast, right = (
                    network.resnet(network.normalised(as_tensor(pixels)[None])).softmax(1)
                    for network, pixels in ((self.tuned.networks.network, ours), (exact, missions))
                )
            worst = max(worst, (fast - right).abs().max().item())
        return worst

    def _images(self, count: int) -> Any:
        pixels = self.torch.randint(0, 256, (count, 224, 224, 3), dtype=self.torch.uint8)
        return self.tuned.networks.network.normalised(pixels)

    def _rate(self, work: Any, images: int) -> float:
        work()
        done, start_s = 0, time.perf_counter()
        while time.perf_counter() - start_s < MEASURED_S:
            work()
            done += images
        return done / (time.perf_counter() - start_s)

    def _decode(self, files: list[Member]) -> float:
        """Decode files once; give the seconds it took."""
        if self.engines and self.engines.decoder:
            from worker.jpeg_engines.group import GROUP, in_memory

            groups = [in_memory(files[start : start + GROUP]) for start in range(0, len(files), GROUP)]
            waiting = iter([*groups, None])
            start_s = time.perf_counter()
            for batch in self.engines.decoder.batches(waiting.__next__, self.record):
                batch.event.synchronize()
                self.engines.done(batch)
            return time.perf_counter() - start_s
        from concurrent.futures import ThreadPoolExecutor

        start_s = time.perf_counter()
        with ThreadPoolExecutor(self.tuned.threads) as pool:
            list(pool.map(self.tuned.networks.pixels, (data or b"" for _, _, data in files)))
        return time.perf_counter() - start_s
