"""What each part could do alone on this machine: the network from images in memory, decoding without a network, reading."""

from __future__ import annotations

import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

MEASURED_S = 3.0
"""Each ceiling is measured for this long."""


class Ceilings:
    """The tuned worker's own parts, run one at a time in this process. Rates in images/s."""

    def __init__(self, weights: str) -> None:
        from worker.__main__ import has_nvimgcodec
        from worker.clock import Clock
        from worker.read_processes import ReadProcesses
        from worker.record import Record
        from worker.source import Folder

        self.clock = Clock()
        self.record = Record(self.clock)
        # Readers of nothing, forked before torch as the worker does: with them the tuned profile decodes on the GPU.
        readers = ReadProcesses(Folder("."), [], self.record, self.clock) if has_nvimgcodec() else None
        import torch

        from worker.model import load
        from worker.tuned import Tuned

        self.torch = torch
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.state, _ = load(weights, torch)
        options: Any = SimpleNamespace(precision=None, batch=0, decode_threads=0)
        self.tuned = Tuned(torch, self.state, self.device, self.record, self.clock, options, readers)
        self.tuned.warm_up()

    def network(self) -> float:
        """Run the network on one batch over and over."""
        images = self._images(self.tuned.batch)
        return self._rate(lambda: self.tuned.engine.launch(images).read(), self.tuned.batch)

    def decode(self, folder: Path) -> float:
        """Decode (and resize) the files of a folder, already read, as the tuned profile does, without a network."""
        from worker.source import Folder

        source = Folder(str(folder))
        files = [(index, name, source.read(name)) for index, name in enumerate(source.names())]
        self._decode(files)
        start_s = time.perf_counter()
        self._decode(files)
        return len(files) / (time.perf_counter() - start_s)

    def probability_difference(self, folder: Path, count: int) -> float:
        """Give the largest difference of any class's probability between the tuned network and fp32 on the mission's pixels."""
        from worker import decode
        from worker.engine import Engine
        from worker.source import Folder
        from worker.tuned import as_tensor

        torch, source = self.torch, Folder(str(folder))
        exact = Engine(torch, self.state, self.device, "fp32", self.record)
        worst = 0.0
        for name in source.names()[:count]:
            data = source.read(name)
            ours, missions = self.tuned.pixels(data), decode.mission_pixels(data)
            with torch.inference_mode():
                fast, right = (
                    engine.network(engine.normalised(as_tensor(torch, pixels)[None])).softmax(1)
                    for engine, pixels in ((self.tuned.engine, ours), (exact, missions))
                )
            worst = max(worst, (fast - right).abs().max().item())
        return worst

    def _images(self, count: int) -> Any:
        pixels = self.torch.randint(0, 256, (count, 224, 224, 3), dtype=self.torch.uint8)
        return self.tuned.engine.normalised(pixels)

    def _rate(self, work: Any, images: int) -> float:
        work()
        done, start_s = 0, time.perf_counter()
        while time.perf_counter() - start_s < MEASURED_S:
            work()
            done += images
        return done / (time.perf_counter() - start_s)

    def _decode(self, files: list[tuple[int, str, bytes]]) -> None:
        if self.tuned.gpu_decoder:
            ahead = Held(files, 128)
            for batch in self.tuned.gpu_decoder.batches(ahead, self.record, self.clock):
                batch.event.synchronize()
                self.tuned.gpu_decoder.done(batch)
            return
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(self.tuned.cores) as pool:
            list(pool.map(self.tuned.pixels, (data for _, _, data in files)))


class Held:
    """Files in memory, handed out in groups as `worker.source.ReadAhead` does."""

    def __init__(self, files: list[tuple[int, str, bytes]], group: int) -> None:
        import threading

        self.groups = [files[start : start + group] for start in range(0, len(files), group)]
        self.lock = threading.Lock()

    def take(self) -> list[tuple[int, str, bytes]] | None:
        """Give the next group, and None when there is no more."""
        with self.lock:
            return self.groups.pop(0) if self.groups else None
