"""Reading ahead in threads: the way of every machine but those with JPEG engines."""

import queue
import threading
from typing import Optional

from worker.record import Record
from worker.source import Member, Numbered, Source


class ReadAhead:
    """Threads that read files before they are asked for, so that a network's latency per file is hidden."""

    def __init__(self, source: Source, numbered: Numbered, record: Record, threads: int, ahead: int) -> None:
        self.source, self.record = source, record
        self.numbered, self.next, self.lock = numbered, 0, threading.Lock()
        self.left = len(numbered)
        """Files that nobody has taken yet."""
        self.read: "queue.Queue[Optional[Member]]" = queue.Queue(maxsize=ahead)
        self.running = threads
        for _ in range(threads):
            threading.Thread(target=self._run, daemon=True).start()

    def take(self) -> Optional[Member]:
        """Give the next image, and None when there is no more; many threads may ask."""
        found = self.read.get()
        with self.lock:
            if found is None:
                self.left = 0
                self.read.put(None)  # for the next who asks
            else:
                self.left -= 1
        return found

    def _run(self) -> None:
        while True:
            with self.lock:
                if self.next == len(self.numbered):
                    break
                index, name = self.numbered[self.next]
                self.next += 1
            try:
                with self.record.clock.phase("read"):
                    data = self.source.read(name)
            except Exception as error:
                self.record.failed(name, index, error)
                with self.lock:
                    self.left -= 1
            else:
                self.read.put(Member(index, name, data))
        with self.lock:
            self.running -= 1
            is_last = self.running == 0
        if is_last:
            self.read.put(None)
