"""What this process may use of the machine: cores, memory, number formats, GPU; and glibc's allocator set for large tensors."""

import os
import resource
from typing import List

QUOTAS = (
    ("/sys/fs/cgroup/cpu.max", None),
    ("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "/sys/fs/cgroup/cpu/cpu.cfs_period_us"),
)
MEMORY_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_MAX = -1, -2, -4
"""mallopt(3)."""
KEPT_BYTES = 512 << 20
GPU_DEVICES = ("/dev/nvhost-gpu", "/dev/nvhost-ctrl", "/dev/nvmap", "/dev/nvidia0", "/dev/nvgpu/igpu0")
BFLOAT16_FLAGS = {"x86_64": ("flags", ("avx512_bf16", "amx_bf16")), "aarch64": ("Features", ("bf16",))}
"""As /proc/cpuinfo writes them, by the machine's name: an emulator may show the processor of its host."""


def read(path: str) -> str:
    """Give a small file's text, "" where there is none."""
    try:
        with open(path) as file:
            return file.read().strip()
    except (OSError, ValueError):
        return ""


def cores() -> int:
    """Count the cores this process may keep busy: its affinity, or its control group's quota, rounded up."""
    count = len(os.sched_getaffinity(0))
    for quota, period in QUOTAS:
        parts = read(quota).split() + ([read(period)] if period else [])
        if len(parts) == 2 and parts[0].isdigit() and parts[1].isdigit():
            count = min(count, max(1, -(-int(parts[0]) // int(parts[1]))))
    return count


def memory_bytes() -> int:
    """Give the memory this process may hold: the machine's available, or its control group's limit."""
    found = [int(line.split()[1]) * 1024 for line in read("/proc/meminfo").splitlines() if "MemAvailable" in line]
    found += [int(text) for text in map(read, MEMORY_LIMITS) if text.isdigit()]
    return min(found) if found else 1 << 30


def has_bfloat16() -> bool:
    """Tell whether the processor multiplies bf16 itself; without that it is slower than fp32."""
    head, flags = BFLOAT16_FLAGS.get(os.uname().machine, ("flags", ()))
    for line in read("/proc/cpuinfo").splitlines():
        if line.startswith(head):
            return any(flag in line.split() for flag in flags)
    return False


def gpu_devices() -> List[str]:
    """List the GPU's device files that are here: those of a Jetson, or of a card."""
    return [path for path in GPU_DEVICES if os.path.exists(path)]


def has_card() -> bool:
    """Tell whether the GPU is a card of its own, and not a Jetson's, which has /dev/nvmap and the like beside /dev/nvidia0."""
    return gpu_devices() == ["/dev/nvidia0"]


def keep_freed_memory() -> None:
    """Tell glibc to keep what is freed, not to map each tensor anew; raises OSError or AttributeError elsewhere.

    Fresh pages are zeroed by the kernel at each use: fp32 in batches of 32 went from 25 to 42 images/s on two cores.
    """
    import ctypes

    mallopt = ctypes.CDLL(None).mallopt
    if not (mallopt(M_MMAP_MAX, 0) and mallopt(M_TRIM_THRESHOLD, KEPT_BYTES) and mallopt(M_TOP_PAD, 64 << 20)):
        raise OSError("mallopt refused")


def no_compilers_folder() -> None:
    """Keep torch from choosing a folder for what its compiler makes, which is nothing here.

    On a read-only root, or for a user without an entry in /etc/passwd, newer ones' import fails at that (2.11's
    torch/_inductor/runtime/cache_dir_utils.py: tempfile.gettempdir, getpass.getuser).
    """
    os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", "/")


def peak_host_bytes() -> int:
    """Give the most memory this process has held (getrusage(2); Linux counts in KiB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def out_of_memory(error: BaseException) -> bool:
    """Tell whether an error is the device's (or unified) memory being full."""
    # torch before 1.13 has no type of error for it.
    # ast-grep-ignore: error-by-text
    return "out of memory" in str(error).lower() or "alloc" in str(error).lower()
