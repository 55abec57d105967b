"""A base image with torch 1.10 for the lab's worker: what l4t-pytorch:r32.7.1-pth1.10-py3 has, on this machine's processor.

Its Python is 3.6.15 with torch 1.10.1 where this machine has a Python 3.6, else Debian bullseye's 3.9 with torch 1.10.2.
"""

from __future__ import annotations

import io
import re
import subprocess
import tarfile
import tempfile
from collections.abc import Iterable
from pathlib import Path

from lab import limits
from lab.command import run
from lab.lab import Node
from lab.packages import need_packages
from selftest.package.pythons import find_python
from selftest.worker.beds.bullseye import AMD64, DIST_PACKAGES, unpacked_root
from selftest.worker.beds.pythons import python36

NAME = "lab/pytorch-1.10:old"
APPLETS = ("sh", "cat", "cp", "ls", "mkdir", "mv", "rm", "test")
TORCH = "opt/torch-1.10"
"""Not where the lab's own torch is put into every container."""

PASSWD = "root:x:0:0:root:/root:/bin/sh\n"
SETTINGS = (
    "NVIDIA_VISIBLE_DEVICES=all", "NVIDIA_DRIVER_CAPABILITIES=all", "PATH=/usr/local/bin:/usr/bin:/bin", "LD_LIBRARY_PATH=/opt/python/lib",
)  # fmt: skip
NOT_NEEDED = re.compile(r"/(include|share|test|tests|caffe2|doc)(/|$)|\.a$")


def import_base(node: Node) -> None:
    """Give a node's Docker the image NAME; raises subprocess.SubprocessError or lab.errors.LabError."""
    settings = [*SETTINGS, f"PYTHONPATH={':'.join(_python_path())}"]
    changes = [word for setting in settings for word in ("--change", f"ENV {setting}")]
    command = ["docker", "exec", "-i", node.container, "docker", "import", *changes, "-", NAME]
    process = subprocess.Popen(command, env=node.docker.environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    assert process.stdin is not None
    with tarfile.open(fileobj=process.stdin, mode="w|") as archive:
        _fill(archive)
    process.stdin.close()
    assert process.wait(limits.BUILD_S) == 0


def _python_path() -> list[str]:
    return [f"/{TORCH}"] if find_python("3.6") else [f"/{TORCH}", f"/{DIST_PACKAGES}"]


def _fill(archive: tarfile.TarFile) -> None:
    need_packages({"/usr/bin/busybox": "busybox-static"})
    python = find_python("3.6")
    if python is None:
        _add(archive, unpacked_root(AMD64), "")
        wheels = AMD64.wheels.unpacked(f"old-py39-{AMD64.debian}")
        _link(archive, "usr/local/bin/python3", "/usr/bin/python3.9")
    else:
        wheels = Path(python36().python_path)
        home = Path(python).resolve().parents[1]
        _add(archive, home, "opt/python")
        programs = [Path(python), *home.glob("lib/python3.6/lib-dynload/*.so"), *wheels.glob("torch/lib/*.so*")]
        for library in _libraries(programs, (home, wheels)):
            archive.add(library.resolve(), library.as_posix().lstrip("/"))
        _link(archive, "usr/local/bin/python3", "/opt/python/bin/python3.6")
    _add(archive, wheels, TORCH)
    archive.add("/usr/bin/busybox", "bin/busybox")
    for applet in APPLETS:
        _link(archive, f"bin/{applet}", "busybox")
    _write(archive, "etc/passwd", PASSWD)


def _libraries(programs: Iterable[Path], own: tuple[Path, ...]) -> set[Path]:
    """Give every library of this machine's own that ldd(1) names, ld.so among them."""
    done = run(["ldd", *map(str, programs)], check=False)
    found = {Path(place) for place in re.findall(r"(/\S+) \(0x[0-9a-f]+\)", done.stdout)}
    return {path for path in found if not any(path.is_relative_to(folder) for folder in own)}


def _add(archive: tarfile.TarFile, folder: Path, name: str) -> None:
    """Add a folder without what its programs do without: half of it."""
    for path in sorted(folder.iterdir()):
        archive.add(path, f"{name}/{path.name}" if name else path.name, filter=_needed)


def _needed(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    return None if NOT_NEEDED.search(member.name) else member


def _link(archive: tarfile.TarFile, name: str, target: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        link = Path(folder) / "link"
        link.symlink_to(target)
        archive.add(link, name)


def _write(archive: tarfile.TarFile, name: str, text: str) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(text)
    archive.addfile(member, io.BytesIO(text.encode()))
