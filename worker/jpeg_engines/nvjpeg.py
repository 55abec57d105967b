"""nvJPEG, the CUDA toolkit's JPEG decoder, called as the C library it is: files in memory to RGB on the device, a batch a call."""

import ctypes
from typing import TYPE_CHECKING, Optional, Tuple

from worker.jpeg_engines import libraries

if TYPE_CHECKING:
    import numpy

OLDEST = (12, 1)
"""The first that interpolates chroma as libjpeg-turbo does (the release notes' flag UPSAMPLING_WITH_INTERPOLATION)."""
MAJORS = (13, 12)
RGB_INTERLEAVED = 5
NO_PIPELINE, INTERPOLATE = 1, 32
"""Flags. Pipelined, the engines' batches wait for the multiprocessors again and again: half as fast beside a network."""
ENGINES = 3
"""The backend: cards without JPEG engines refuse it. That of the GPU's cores is off by up to 3 of 255, too much for the bounds here."""
STATUSES = (
    "success",
    "not initialised",
    "invalid parameter",
    "bad JPEG",
    "JPEG not supported",
    "allocation failed",
    "execution failed",
    "no such hardware",
    "internal error",
    "not implemented",
    "incomplete bitstream",
)
"""nvjpegStatus_t, in nvjpeg.h's order."""
NO_HARDWARE = 7
CHANNELS = 4


def library() -> Optional[ctypes.CDLL]:
    """Load libnvjpeg; None where there is none, or none new enough."""
    return libraries.load("nvjpeg", MAJORS, lambda found: version(found) >= OLDEST)


def version(found: ctypes.CDLL) -> Tuple[int, int]:
    """Give a loaded library's (major, minor)."""
    major, minor = ctypes.c_int(), ctypes.c_int()
    for part, number in enumerate((major, minor)):
        found.nvjpegGetProperty(part, ctypes.byref(number))
    return major.value, minor.value


class NvJpeg:
    """One decoder. Only one to a process: two at a time have been seen to wait for each other for ever (13.0 on an H200)."""

    def __init__(self) -> None:
        found = library()
        if found is None:
            raise OSError("no libnvjpeg {}.{} or later here".format(*OLDEST))
        self.library = found
        self.handle, self.state, self.count = ctypes.c_void_p(), ctypes.c_void_p(), 0
        self.library.nvjpegCreateEx.argtypes = [ctypes.c_int] + [ctypes.c_void_p] * 2 + [ctypes.c_uint, ctypes.c_void_p]
        self.library.nvjpegJpegStateCreate.argtypes = [ctypes.c_void_p] * 2
        self.library.nvjpegDecodeBatchedInitialize.argtypes = [ctypes.c_void_p] * 2 + [ctypes.c_int] * 3
        self.library.nvjpegDecodeBatched.argtypes = [ctypes.c_void_p] * 6
        flags = NO_PIPELINE | INTERPOLATE
        check(self.library.nvjpegCreateEx(ENGINES, None, None, flags, ctypes.byref(self.handle)), "opening the engines")
        check(self.library.nvjpegJpegStateCreate(self.handle, ctypes.byref(self.state)), "opening a state")

    def decode(
        self,
        files: "numpy.ndarray",
        lengths: "numpy.ndarray",
        places: "numpy.ndarray",
        pitches: "numpy.ndarray",
        stream: int,
    ) -> None:
        """Decode n JPEGs to interleaved RGB: arrays of n uint64, where each lies, its bytes, where it goes, its bytes a row.

        What follows on `stream` (an address) comes after it. What came before does not: the engines write when they are
        called (github.com/meta-pytorch/torchcodec/pull/1634), so whoever still reads the places must have ended. The files
        must stay until the stream is past this. Raises RuntimeError when one of them cannot be decoded; then none is.
        """
        import numpy

        if len(files) != self.count:
            self.count = 0
            check(
                self.library.nvjpegDecodeBatchedInitialize(self.handle, self.state, len(files), 1, RGB_INTERLEAVED),
                "a batch of {}".format(len(files)),
            )
        images: numpy.ndarray = numpy.zeros((len(files), 2, CHANNELS), numpy.uint64)
        images[:, 0, 0], images[:, 1, 0] = places, pitches
        arrays = [each.ctypes.data for each in (files, lengths, images)]
        status = self.library.nvjpegDecodeBatched(self.handle, self.state, *arrays, stream)
        self.count = 0 if status else len(files)  # after a failure the state is made anew
        check(status, "decoding")


class NoEnginesError(RuntimeError):
    """The card has no JPEG engines."""


def check(status: int, doing: str) -> None:
    """Raise RuntimeError for what is no success."""
    if status == NO_HARDWARE:
        raise NoEnginesError("this card has no JPEG engines (nvJPEG: {})".format(STATUSES[status]))
    if status:
        words = STATUSES[status] if status < len(STATUSES) else "status {}".format(status)
        raise RuntimeError("nvJPEG, {}: {}".format(doing, words))
