"""The one way in: readers forked, CUDA and the engines made ready while torch is imported, then batches of pixels on the device."""

from typing import TYPE_CHECKING, Iterator, Optional

from worker import machine
from worker.jpeg_engines import nvjpeg
from worker.jpeg_engines.early import Early
from worker.jpeg_engines.read_processes import ReadProcesses
from worker.machine import out_of_memory
from worker.record import Record
from worker.source import Numbered

if TYPE_CHECKING:
    import torch

    from worker.jpeg_engines.decoder import Batch, GpuDecoder

ON_GPU = "JPEGs decoded on the GPU"
LEAST_BATCH = 16
"""With smaller batches the network would lose more than decoding by engines gains."""
GAIN = "about 15 times, on a card with JPEG engines (H100: 1,074 images/s where 16,000 run)"


def open_engines(folder: str) -> "Optional[Engines]":
    """Fork readers for a folder's files; None where this machine has no card, and no library for another GPU's engines.

    Call it before any thread is started, and before torch is imported: processes are forked.
    """
    if not machine.gpu_devices():
        return None
    if nvjpeg.library() is None:
        missing = "no libnvjpeg {}.{} or later here".format(*nvjpeg.OLDEST)
        return Engines(None, missing) if machine.has_card() else None
    return forked_for(folder)


def forked_for(folder: str) -> "Engines":
    """Fork readers for a folder's files; where there is no room for them, threads will read, and the record will say why."""
    try:
        return Engines(ReadProcesses(folder))
    except OSError as error:  # too many processes or open files, or too little memory
        return Engines(None, "no processes to read files: {}".format(error))


class Engines:
    """Readers, engines and decoder, in that order; `decoder` is None until `open`, and where that cannot be had."""

    def __init__(self, readers: Optional[ReadProcesses], missing: str = "") -> None:
        self.readers, self.missing = readers, missing
        self.early: Optional[Early] = None
        self.decoder: Optional[GpuDecoder] = None

    def give(self, numbered: Numbered, record: Record) -> None:
        """Tell the readers what to read, and begin with what needs no torch."""
        if self.readers:
            self.readers.give(numbered, record)
            self.early = Early()

    def open(self, batch: int, numbers: "torch.dtype", record: Record) -> None:
        """Open the decoder for batches of that size; where that cannot be, the record says why.

        Raises RuntimeError where the GPU's memory is too small for the batch, and a smaller one would leave the engines more.
        """
        if self.early is None:
            record.fell_back(ON_GPU, self.missing, GAIN)
            return
        try:
            from worker.jpeg_engines.decoder import GpuDecoder

            self.decoder = GpuDecoder(self.early.wait(), batch, numbers)
            self.decoder.warm_up()
        except Exception as error:
            if out_of_memory(error) and batch > LEAST_BATCH:
                raise
            self.close()
            record.fell_back(ON_GPU, error, "" if isinstance(error, nvjpeg.NoEnginesError) else GAIN)

    def batches(self, record: Record) -> "Iterator[Batch]":
        """Set the readers going, and yield the batches; each must be given back by `done`. Raises what went wrong in a thread."""
        assert self.readers
        assert self.decoder
        self.readers.start()
        return self.decoder.batches(self.readers.take, record)

    def done(self, batch: "Batch") -> None:
        """Take a batch's memory back."""
        assert self.decoder
        self.decoder.done(batch)

    def close(self) -> None:
        """Give the decoder's memory back."""
        if self.decoder:
            self.decoder.close()
        self.decoder = None

    def stop(self) -> None:
        """End the readers."""
        if self.readers:
            self.readers.stop()
