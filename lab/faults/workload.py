"""Faults of the workloads: how a worker dies, what its image is, and what is lost while it works."""

from __future__ import annotations

from collections.abc import Mapping

from lab.faults.cluster import IMAGE, KEEP, KEPT_IMAGE
from lab.faults.fault import IN_PODS, Fault, ShellFault
from lab.faults.full_agent import FullAgent
from lab.lab import Runtime

TORCH_FILE = "/opt/torch/torch/version.py"
"""Of the board's torch, which its runtime mounts into pods; `import torch` runs it."""

OURS = "/run/lab/torch-version.py"
PODS_MEMORY = "/sys/fs/cgroup/memory/kubepods/besteffort/memory.limit_in_bytes"
TOO_FEW_MB = 150
"""A worker of the lab needs some 400 MB, and does not get through its imports with so few."""

OF_SYNTHETIC = frozenset({"spread", "server_free", "gpu_in_shard", "device"})
"""What rests on Workload I."""

OF_ALL = frozenset({"predictions", "corrupt", "warm_up", "speedup", "straggler", "undisturbed"})
"""What rests on Workload II on all agents; `on_one` rests on the first agent alone."""

OF_BOTH = OF_SYNTHETIC | OF_ALL | {"on_all"}
"""What is blocked where the last agent can do neither."""

ILLEGAL = r"""
import ctypes, mmap
page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
page.write(b"\x0f\x0b")
ctypes.CFUNCTYPE(None)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
"""
"""UD2, which no processor has (Intel SDM, volume 2): the kernel ends the process with SIGILL."""

BEYOND_SHARED_MEMORY = """
import mmap
with open("/dev/shm/torch_1_0", "w+b") as file:
    file.truncate(128 << 20)
    area = mmap.mmap(file.fileno(), 128 << 20)
    for at in range(0, 128 << 20, 4096):
        area[at] = 1
"""
"""As torch's loaders do with tensors: a pod has 64 MB there, and a page more ends the process with SIGBUS (shm_overview(7), mmap(2))."""

NULL_POINTER = """
import ctypes
ctypes.string_at(0)
"""


def _dying(name: str, sentence: str, catalogue_id: str, code: str, is_daily: bool = False) -> ShellFault:
    """Give a fault by which `import torch` on one board dies of a signal: the board's own file, as pods get it, runs this code."""
    return ShellFault(
        name=name,
        sentence=sentence,
        is_daily=is_daily,
        suite="tests_workload",
        check="synthetic",
        catalogue_id=catalogue_id,
        breaks=(
            f"mkdir -p /run/lab; cat {TORCH_FILE} - > {OURS} <<'EOF'\n{code}EOF\n"
            f"mountpoint -q {TORCH_FILE} || mount --bind {OURS} {TORCH_FILE}"
        ),
        mends=f"! mountpoint -q {TORCH_FILE} || umount {TORCH_FILE}",
        shown_by="the cluster",
        blocks=OF_BOTH,
    )


def _built_anew(*lines: str) -> Mapping[Runtime, str]:
    """Give shell text that puts an image built on the worker's in its place, with its labels, as one built by hand on it has."""
    text = "\n".join((f"FROM {KEPT_IMAGE}", *lines))
    return {"docker": f"{KEEP['docker']}docker build --tag {IMAGE} - <<'EOF'\n{text}\nEOF"}


FOREIGN_PYTHON = (
    r"RUN mkdir -p /usr/local/bin && cp /bin/busybox /usr/local/bin/python3"
    r" && printf '\177ELF\002\001\001\000\000\000\000\000\000\000\000\000\002\000\267\000\001\000\000\000' > /usr/local/bin/python3"
)
"""The head of a program for aarch64 (elf(5): e_machine 183), before the image's own in PATH."""

OTHER_WEIGHTS = (
    "RUN python3 -c \"import torch; found = torch.load('/app/weights.pth');"
    " found['state']['fc.weight'].neg_(); torch.save(found, '/app/weights.pth')\""
)
LATE_WARM_UP = (
    "RUN python3 -c \"import pathlib; file = pathlib.Path('/app/worker/__main__.py'); text = file.read_text();"
    " warm_up = '    with clock.phase(\\\"warm_up\\\"):\\n        profile.warm_up()\\n'; work = '    profile.classify(source, numbered)\\n';"
    " file.write_text(text.replace(warm_up, '').replace(work, work + warm_up))\""
)
BUILD = "docker image inspect --format '{{index .Config.Labels \"edgeproof.build\"}}' "
MEND_BUILT = (
    f'if [ "$({BUILD}{IMAGE})" != "$({BUILD}{KEPT_IMAGE} 2>/dev/null)" ]; then docker rmi {KEPT_IMAGE} 2>/dev/null || true;'
    f" elif docker image inspect {KEPT_IMAGE} >/dev/null 2>&1; then other=$(docker image inspect --format '{{{{.Id}}}}' {IMAGE});"
    f" docker tag {KEPT_IMAGE} {IMAGE}; docker rmi {KEPT_IMAGE}; docker rmi --force $other; fi"
)

WORKLOAD_FAULTS: tuple[Fault, ...] = (
    _dying(
        "illegal-instruction",
        "a program in the worker's pods runs an instruction that the board's processor has not",
        "illegal-instruction",
        ILLEGAL,
        is_daily=True,
    ),
    _dying(
        "shared-memory-full",
        "the worker writes more into /dev/shm than a pod has there",
        "shm-bus-error",
        BEYOND_SHARED_MEMORY,
    ),
    _dying(
        "library-crashes",
        "a library that the board gives to pods crashes",
        "segmentation-fault",
        NULL_POINTER,
    ),
    ShellFault(
        name="memory-runs-out",
        sentence=f"pods on the board may have {TOO_FEW_MB} MB in all, and a worker needs more: the kernel kills it",
        suite="tests_workload",
        check="synthetic",
        catalogue_id="unified-memory-oom",
        breaks=f"echo {TOO_FEW_MB}M > {PODS_MEMORY}",
        mends=f"echo -1 > {PODS_MEMORY}",
        shown_by="the cluster",
        blocks=OF_BOTH,
    ),
    ShellFault(
        name="nfs-server-lost",
        is_daily=False,
        sentence="the NFS server is stopped while pods read from it",
        suite="tests_workload",
        check="on_all",
        catalogue_id="nfs-server-lost",
        role="server",
        strikes="inference-nfs",
        breaks="systemctl stop nfs-kernel-server",
        mends="systemctl start nfs-kernel-server",
        settled="exec 3<>/dev/tcp/127.0.0.1/2049",
        shown_by="the cluster",
        blocks=OF_ALL,
        spreads=True,
    ),
    ShellFault(
        name="worker-killed",
        is_daily=False,
        sentence="somebody kills a worker while it works",
        suite="tests_workload",
        check="synthetic",
        catalogue_id="killed-by-somebody",
        strikes="inference-parallel",
        breaks="pkill -KILL -f '^python3 -m worker'",
        mends="true",
        shown_by="the cluster",
        blocks=OF_SYNTHETIC | {"undisturbed"},
    ),
    ShellFault(
        name="worker-of-another-architecture",
        is_daily=False,
        sentence="the programs in the worker image on one agent are for another architecture",
        suite="tests_workload",
        check="synthetic",
        catalogue_id="wrong-arch-image",
        breaks=_built_anew(FOREIGN_PYTHON),
        mends=MEND_BUILT,
        shown_by="the cluster",
        blocks=OF_BOTH,
    ),
    ShellFault(
        name="other-weights",
        is_daily=False,
        sentence="the worker image on one agent has other weights",
        suite="tests_workload",
        check="predictions",
        catalogue_id="predictions-differ",
        breaks=_built_anew(OTHER_WEIGHTS),
        mends=MEND_BUILT,
        shown_by="the cluster",
    ),
    ShellFault(
        name="warm-up-too-late",
        is_daily=False,
        sentence="the worker in one agent's image reads images before its warm-up is over",
        suite="tests_workload",
        check="warm_up",
        catalogue_id="warm-up-too-late",
        breaks=_built_anew(LATE_WARM_UP),
        mends=MEND_BUILT,
        blocks=frozenset({"speedup", "straggler"}),
    ),
    ShellFault(
        name="image-for-another-l4t",
        is_daily=False,
        sentence="the worker image on one agent was built for another L4T",
        suite="tests_cluster",
        check="worker_image_kind",
        catalogue_id="image-for-another-l4t",
        breaks=_built_anew("LABEL edgeproof.l4t=36"),
        mends=MEND_BUILT,
        blocks_here=frozenset({"worker_image"}),
    ),
    FullAgent(
        name="agent-full",
        is_daily=False,
        sentence="as many pods run on the agent as its kubelet takes (max-pods)",
        suite="tests_cluster",
        check="placement",
        catalogue_id="no-room-for-worker",
        blocks=IN_PODS,
    ),
)
