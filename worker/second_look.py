"""What is too close to call is classified once more: on the mission's pixels, in fp32."""

import queue
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Callable, List, Optional, Tuple

import torch

from worker import decode, machine
from worker.network import Network
from worker.networks import as_tensor
from worker.record import Record
from worker.source import Member, Source, Synthetic

MOST_DECODERS = 8
"""Threads that decode for it, beside a GPU."""
Waiting = List[Tuple[Member, Callable[[], bytes]]]
"""Images, and what gives the pixels of each."""


class SecondLook:
    """Classifies images by the network `exact`, a batch at a time.

    `beside` the rest, in threads, as on a GPU; on a CPU, which has no room beside, whoever has time calls `look`.
    """

    def __init__(self, exact: Network, source: Source, record: Record, beside: bool, batch: int) -> None:
        self.exact, self.source, self.record = exact, source, record
        self.todo: "queue.Queue[bool]" = queue.Queue()
        self.waiting: Waiting = []
        self.count, self.lock, self.batch = 0, threading.Lock(), batch
        self.pool = ThreadPoolExecutor(min(MOST_DECODERS, machine.cores())) if beside else None
        self.thread: Optional[threading.Thread] = None
        if beside:
            self.thread = threading.Thread(target=self._run, daemon=True)
            self.thread.start()

    def add(self, members: List[Member]) -> None:
        """Take images; a file that is not at hand is read again."""
        pixels = [
            self.pool.submit(self._pixels, each).result if self.pool else partial(self._pixels, each)
            for each in members
        ]
        with self.lock:
            self.count += len(members)
            self.waiting += zip(members, pixels)
        self.todo.put(True)

    def look(self, least: int) -> bool:
        """Look at a batch of what waits, if there are at least so many; tell whether."""
        with self.lock:
            if len(self.waiting) < least:
                return False
            now, self.waiting = self.waiting[: self.batch], self.waiting[self.batch :]
        self._look(now)
        return True

    def finish(self) -> int:
        """Wait until all are classified; give how many there were."""
        if self.thread and self.pool:
            self.todo.put(False)
            self.thread.join()
            self.pool.shutdown()
        while self.look(1):
            pass
        return self.count

    def _run(self) -> None:
        while self.todo.get():
            while self.look(self.batch):
                pass

    def _look(self, waiting: Waiting) -> None:
        members: List[Member] = []
        pixels: List[torch.Tensor] = []
        for member, made in waiting:
            try:
                pixels.append(as_tensor(made()))
                members.append(member)
            except Exception as error:
                self.record.failed(member.name, member.number, error)
        if not members:
            return
        clock = self.record.clock
        try:
            start_s = clock.now()
            _, classes = self.exact.launch(self.exact.normalised(torch.stack(pixels))).read()
            clock.add("compute", start_s, clock.now())
            self.record.done([member.name for member in members], classes)
        except Exception as error:
            for member in members:
                self.record.failed(member.name, member.number, error)

    def _pixels(self, member: Member) -> bytes:
        if isinstance(self.source, Synthetic):
            return self.source.pixels(member.name)
        data = self.source.read(member.name) if member.data is None else member.data
        with self.record.clock.phase("decode"):
            return decode.mission_pixels(data)
