"""What a GPU's way needs torch not for, made in a thread while torch is imported: the CUDA context, the JPEG engines, the kernel."""

import ctypes
import os
import threading
from typing import Dict, NamedTuple, Optional, Tuple

from worker.decode import CROPPED
from worker.jpeg_engines import nvrtc
from worker.jpeg_engines.nvjpeg import NvJpeg

USUAL = {"BITS": 16, "BRAIN": 0}
"""fp16 is what GPUs with JPEG engines compute in, unless somebody asks for something else."""
SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "resize.cu")


class Compiler:
    """NVRTC and the driver, for the one GPU of this process; what was compiled is kept."""

    def __init__(self) -> None:
        library = nvrtc.library()
        if library is None:
            majors = " or ".join(map(str, nvrtc.MAJORS))
            raise OSError("no libnvrtc {} here, which makes the kernel that resizes".format(majors))
        self.nvrtc = library
        self.cuda = nvrtc.driver()
        self.arch = nvrtc.capability(self.cuda)
        self.cubins: Dict[Tuple[Tuple[str, int], ...], bytes] = {}

    def cubin(self, defines: Dict[str, int]) -> bytes:
        """Give the kernel, compiled for this GPU and these numbers."""
        key = tuple(sorted(defines.items()))
        if key not in self.cubins:
            with open(SOURCE) as file:
                source = file.read()
            self.cubins[key] = nvrtc.compiled(self.nvrtc, source, self.arch, dict(defines, SIDE=CROPPED))
        return self.cubins[key]


class Ready(NamedTuple):
    """What was made."""

    cuda: ctypes.CDLL
    jpeg: NvJpeg
    compiler: Compiler


class Early:
    """Starts at once; `wait` gives what was made, and raises what went wrong. Nothing of it needs a GPU's memory yet."""

    def __init__(self) -> None:
        self.jpeg: Optional[NvJpeg] = None
        self.compiler: Optional[Compiler] = None
        self.error: Optional[Exception] = None
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            self.compiler = Compiler()
            opening = threading.Thread(target=self._open_engines, args=(self.compiler.cuda,), daemon=True)
            opening.start()
            self.compiler.cubin(USUAL)
            opening.join()
        except Exception as error:
            self.error = self.error or error

    def _open_engines(self, cuda: ctypes.CDLL) -> None:
        try:
            nvrtc.use_primary_context(cuda)
            self.jpeg = NvJpeg()
        except Exception as error:
            self.error = error

    def wait(self) -> Ready:
        """Wait until all is made; raises OSError or RuntimeError where it could not be."""
        self.thread.join()
        if self.error is not None:
            raise self.error
        assert self.jpeg
        assert self.compiler
        return Ready(self.compiler.cuda, self.jpeg, self.compiler)
