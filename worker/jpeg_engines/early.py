"""What a GPU's way needs torch not for, made in a thread while torch is imported: the CUDA context, the JPEG engines, the kernel."""

import os
import threading

from worker.decode import CROPPED
from worker.jpeg_engines import nvrtc
from worker.jpeg_engines.nvjpeg import NvJpeg
from worker.jpeg_engines.read_processes import ReadProcesses

USUAL = {"BITS": 16, "BRAIN": 0}
"""fp16 is what GPUs with JPEG engines compute in, unless somebody asks for something else."""


def begin(source, numbered, record, clock):
    """Fork the readers, then start on CUDA, which a process's children cannot use; give the readers, which have it as `early`."""
    readers = ReadProcesses(source, numbered, record, clock)
    readers.early = Early()
    return readers


class Early:
    """Starts at once; `wait` gives this when all is made, and raises what went wrong. Nothing of it needs a GPU's memory yet."""

    def __init__(self):
        self.cuda = self.jpeg = self.error = None
        self.cubins = {}
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        try:
            self.nvrtc = nvrtc.library()
            if self.nvrtc is None:
                raise OSError(
                    "no libnvrtc {} here, which makes the kernel that resizes".format(
                        " or ".join(map(str, nvrtc.MAJORS))
                    )
                )
            self.cuda = nvrtc.driver()
            self.arch = nvrtc.capability(self.cuda)
            opening = threading.Thread(target=self._open_engines, daemon=True)
            opening.start()
            self.cubin(USUAL)
            opening.join()
        except Exception as error:
            self.error = self.error or error

    def _open_engines(self):
        try:
            nvrtc.use_primary_context(self.cuda)
            self.jpeg = NvJpeg()
        except Exception as error:
            self.error = error

    def cubin(self, defines):
        """Give the kernel, compiled for this GPU and these numbers."""
        key = tuple(sorted(defines.items()))
        if key not in self.cubins:
            with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "resize.cu")) as file:
                source = file.read()
            self.cubins[key] = nvrtc.compiled(self.nvrtc, source, self.arch, dict(defines, SIDE=CROPPED))
        return self.cubins[key]

    def wait(self):
        """Wait until all is made; raises OSError or RuntimeError where it could not be."""
        self.thread.join()
        if self.error is not None:
            raise self.error
        return self
