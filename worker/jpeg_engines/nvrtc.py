"""A kernel of CUDA C++, compiled by NVRTC and launched through the driver: no compiler, no header and no folder to write to.

NVRTC comes with torch's own wheels, and with CUDA's runtime images; it and the driver are called as the C libraries they are.
"""

import ctypes
from typing import Dict, List, Optional, Tuple

from worker.jpeg_engines import libraries

MAJORS = (13, 12)
CAPABILITY_MAJOR, CAPABILITY_MINOR = 75, 76
"""CUdevice_attribute, in cuda.h's numbers."""


def library() -> Optional[ctypes.CDLL]:
    """Load libnvrtc; None where there is none."""
    return libraries.load("nvrtc", MAJORS)


def driver() -> ctypes.CDLL:
    """Load the driver's library and start it; raises OSError or RuntimeError where there is no GPU to drive."""
    found = ctypes.CDLL("libcuda.so.1")
    driven(found, found.cuInit(0), "cuInit")
    return found


def capability(cuda: ctypes.CDLL, ordinal: int = 0) -> Tuple[int, int]:
    """Give a GPU's compute capability as (major, minor)."""
    device, major, minor = ctypes.c_int(), ctypes.c_int(), ctypes.c_int()
    driven(cuda, cuda.cuDeviceGet(ctypes.byref(device), ordinal), "cuDeviceGet")
    for attribute, number in ((CAPABILITY_MAJOR, major), (CAPABILITY_MINOR, minor)):
        driven(cuda, cuda.cuDeviceGetAttribute(ctypes.byref(number), attribute, device), "cuDeviceGetAttribute")
    return major.value, minor.value


def use_primary_context(cuda: ctypes.CDLL, ordinal: int = 0) -> None:
    """Make the GPU's primary context, which torch uses as well, this thread's; it is made here where it is not there yet."""
    device, context = ctypes.c_int(), ctypes.c_void_p()
    driven(cuda, cuda.cuDeviceGet(ctypes.byref(device), ordinal), "cuDeviceGet")
    driven(cuda, cuda.cuDevicePrimaryCtxRetain(ctypes.byref(context), device), "cuDevicePrimaryCtxRetain")
    driven(cuda, cuda.cuCtxSetCurrent(context), "cuCtxSetCurrent")


def compiled(nvrtc: ctypes.CDLL, source: str, arch: Tuple[int, int], defines: Dict[str, int]) -> bytes:
    """Compile CUDA C++ to a cubin for one architecture, as (9, 0); needs no GPU. Raises RuntimeError with the compiler's log."""
    program = ctypes.c_void_p()
    ended(nvrtc, nvrtc.nvrtcCreateProgram(ctypes.byref(program), source.encode(), b"kernel.cu", 0, None, None))
    options = ["--gpu-architecture=sm_{}{}".format(*arch)]
    options += ["-D{}={}".format(name, value) for name, value in sorted(defines.items())]
    words = (ctypes.c_char_p * len(options))(*[option.encode() for option in options])
    try:
        if nvrtc.nvrtcCompileProgram(program, len(options), words):
            raise RuntimeError("NVRTC: {}".format(_log(nvrtc, program)))
        size = ctypes.c_size_t()
        ended(nvrtc, nvrtc.nvrtcGetCUBINSize(program, ctypes.byref(size)))
        cubin = ctypes.create_string_buffer(size.value)
        ended(nvrtc, nvrtc.nvrtcGetCUBIN(program, cubin))
        return cubin.raw
    finally:
        nvrtc.nvrtcDestroyProgram(ctypes.byref(program))


def _log(nvrtc: ctypes.CDLL, program: ctypes.c_void_p) -> str:
    size = ctypes.c_size_t()
    ended(nvrtc, nvrtc.nvrtcGetProgramLogSize(program, ctypes.byref(size)))
    log = ctypes.create_string_buffer(max(1, size.value))
    ended(nvrtc, nvrtc.nvrtcGetProgramLog(program, log))
    return log.value.decode("utf-8", "replace").strip()


class Kernel:
    """A function of a cubin, in the context that is current in the thread that makes it."""

    def __init__(self, cuda: ctypes.CDLL, cubin: bytes, name: str) -> None:
        self.cuda, self.module, self.function = cuda, ctypes.c_void_p(), ctypes.c_void_p()
        driven(cuda, cuda.cuModuleLoadData(ctypes.byref(self.module), cubin), "cuModuleLoadData")
        found = cuda.cuModuleGetFunction(ctypes.byref(self.function), self.module, name.encode())
        driven(cuda, found, "cuModuleGetFunction")
        cuda.cuLaunchKernel.argtypes = [ctypes.c_void_p] + [ctypes.c_uint] * 7 + [ctypes.c_void_p] * 3

    def launch(self, grid: Tuple[int, int], threads: int, stream: int, pointers: List[int]) -> None:
        """Launch `grid` (x, y) blocks of so many threads on a stream (an address); `pointers` are its arguments."""
        values = [ctypes.c_uint64(pointer) for pointer in pointers]
        places = (ctypes.c_void_p * len(values))(*[ctypes.addressof(value) for value in values])
        status = self.cuda.cuLaunchKernel(self.function, grid[0], grid[1], 1, threads, 1, 1, 0, stream, places, None)
        driven(self.cuda, status, "cuLaunchKernel")


def ended(nvrtc: ctypes.CDLL, status: int) -> None:
    """Raise RuntimeError for what is no success of NVRTC's."""
    if status:
        nvrtc.nvrtcGetErrorString.restype = ctypes.c_char_p
        raise RuntimeError("NVRTC: {}".format(nvrtc.nvrtcGetErrorString(status).decode()))


def driven(cuda: ctypes.CDLL, status: int, doing: str) -> None:
    """Raise RuntimeError for what is no success of the driver's."""
    if status:
        words = ctypes.c_char_p()
        cuda.cuGetErrorString(status, ctypes.byref(words))
        raise RuntimeError("{}: {}".format(doing, (words.value or b"error %d" % status).decode()))
