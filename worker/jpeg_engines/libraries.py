"""CUDA's own libraries, loaded where CUDA's images, NVIDIA's wheels and the system keep them."""

import ctypes
import glob
import os
import sys
from typing import Callable, Iterable, List, Optional

WHEELS = os.path.join("nvidia", "*", "lib")
TOOLKITS = ("/usr/local/cuda*", "/opt/cuda*", "/usr/lib/nvidia-cuda-toolkit")
INSIDE = ("targets/*/lib", "lib64", "lib")


def places(name: str, majors: Iterable[int]) -> List[str]:
    """List what may be a library, newest major first: in wheels beside torch's, by the loader's own paths, in CUDA's folders.

    `name` is as in lib{name}.so.{major}; the loader's paths are LD_LIBRARY_PATH, ld.so.cache and the usual folders.
    """
    files = ["lib{}.so.{}".format(name, major) for major in majors]
    found = [path for file in files for top in sys.path for path in sorted(glob.glob(os.path.join(top, WHEELS, file)))]
    found += files
    tops = [os.environ[key] for key in ("CUDA_HOME", "CUDA_PATH") if os.environ.get(key)]
    tops += sorted((top for pattern in TOOLKITS for top in glob.glob(pattern)), reverse=True)
    for file in files:
        for top in tops:
            for inside in INSIDE:
                found += sorted(glob.glob(os.path.join(top, inside, file)))
    return list(dict.fromkeys(found))


def load(
    name: str, majors: Iterable[int], fits: Callable[[ctypes.CDLL], bool] = lambda library: True
) -> Optional[ctypes.CDLL]:
    """Load the first of them that loads and `fits`; None where there is none."""
    for place in places(name, majors):
        try:
            library = ctypes.CDLL(place)
        except OSError:
            continue
        if fits(library):
            return library
    return None
