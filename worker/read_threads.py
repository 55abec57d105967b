"""Reading ahead in threads: the way of every machine but those with JPEG engines."""

import queue
import threading


class ReadAhead:
    """Threads that read files before they are asked for, so that a network's latency per file is hidden."""

    def __init__(self, source, numbered, record, clock, threads, ahead):
        self.source, self.record, self.clock = source, record, clock
        self.numbered, self.next, self.lock = numbered, 0, threading.Lock()
        self.left = len(numbered)
        """Files that nobody has taken yet."""
        self.read = queue.Queue(maxsize=ahead)
        self.running = threads
        for _ in range(threads):
            threading.Thread(target=self._run, daemon=True).start()

    def take(self):
        """Give the next (index, name, data), and None when there is no more; many threads may ask."""
        found = self.read.get()
        with self.lock:
            if found is None:
                self.left = 0
                self.read.put(None)  # for the next who asks
            else:
                self.left -= 1
        return found

    def _run(self):
        while True:
            with self.lock:
                if self.next == len(self.numbered):
                    break
                index, name = self.numbered[self.next]
                self.next += 1
            try:
                with self.clock.phase("read"):
                    data = self.source.read(name)
            except Exception as error:
                self.record.failed(name, index, error)
                with self.lock:
                    self.left -= 1
            else:
                self.read.put((index, name, data))
        with self.lock:
            self.running -= 1
            last = self.running == 0
        if last:
            self.read.put(None)
