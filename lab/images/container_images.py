"""Builds the container images that nodes load, without a registry: stand-ins of what the inventory names, and K3s's add-ons."""

from __future__ import annotations

import shutil
import tarfile
from collections.abc import Iterable
from pathlib import Path

from lab import limits
from lab.cache import kept
from lab.command import run
from lab.docker import Docker
from lab.images.addons import PROGRAMS, Program, addons
from lab.images.debian import write_debian
from lab.packages import need_packages
from lab.places import SOURCE, cache_folder

FILES = SOURCE / "node"
EXPECTED_S = 60.0
GPU = ("ENV NVIDIA_VISIBLE_DEVICES=all", "ENV NVIDIA_DRIVER_CAPABILITIES=all")
PYTHON_PACKAGES = [
    "python3-minimal",
    "libpython3.11-stdlib",
    "python3",
    "libstdc++6",
    "libgomp1",
    "busybox-static",
    "libc-bin",
    "dash",
    "zlib1g",
]
PYTHON_APPLETS = [
    "sh",
    "ls",
    "cat",
    "cp",
    "mkdir",
    "nc",
    "wget",
    "ping",
    "sleep",
    "nslookup",
    "mount",
    "df",
    "find",
    "rm",
    "ln",
]
"""What busybox plays in the images with Python, where nothing else of that name is."""
PASSWD = "root:x:0:0:root:/root:/bin/sh\n"
NAMES = {
    "pause": "lab/pause:1",
    "busybox": "busybox:latest",
    "local_path_helper": "rancher/mirrored-library-busybox:1.36.1",
    "device_query": "jitteam/devicequery:latest",
    "tensorflow": "nvcr.io/nvidia/l4t-tensorflow:r32.7.1-tf2.7-py3",
    "pytorch": "nvcr.io/nvidia/l4t-pytorch:r32.7.1-pth1.10-py3",
}


def container_images(docker: Docker) -> Path:
    """Give a folder with images.tar, which `docker load` takes."""
    python = kept(
        "python",
        [*PYTHON_PACKAGES, "v1"],
        EXPECTED_S,
        lambda part: write_debian(part, "extract", PYTHON_PACKAGES, exclude=["/usr/share/*"]),
    )
    programs = addons()
    inputs: list[str | Path] = [
        FILES / "deviceQuery",
        FILES / "tensorflow.py",
        *NAMES.values(),
        *GPU,
        PASSWD,
        str(python),
        programs.name,
    ]
    return kept("images", inputs, EXPECTED_S, lambda part: _save(docker, python, programs, part))


def _save(docker: Docker, python: Path, programs: Path, part: Path) -> None:
    work = cache_folder() / "images-work"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    busybox = _busybox_folder(work)
    _import(docker, busybox, NAMES["pause"], 'CMD ["sleep", "2147483647"]')
    _import(docker, busybox, NAMES["busybox"], 'CMD ["sh"]')
    _import(docker, busybox, NAMES["local_path_helper"], 'CMD ["sh"]')
    shutil.copy(FILES / "deviceQuery", busybox / "deviceQuery")
    _import(docker, busybox, NAMES["device_query"], *GPU, "WORKDIR /", 'CMD ["./deviceQuery"]')
    root = _python_folder(work, python)
    _import(docker, root, NAMES["pytorch"], *GPU, "ENV PYTHONPATH=/opt/torch", "WORKDIR /", 'CMD ["python3"]')
    shutil.copy(FILES / "tensorflow.py", root / "usr/lib/python3/dist-packages/tensorflow.py")
    _import(docker, root, NAMES["tensorflow"], *GPU, "WORKDIR /", 'CMD ["python3"]')
    for program in PROGRAMS:
        _import_program(docker, work, programs, program)
    part.mkdir()
    names = (*NAMES.values(), *(program.image for program in PROGRAMS))
    docker("save", "-o", str(part / "images.tar"), *names, timeout_s=limits.BUILD_S)
    shutil.rmtree(work)


def _import_program(docker: Docker, work: Path, programs: Path, program: Program) -> None:
    """Make an image of one program, and nothing else."""
    folder = work / program.name
    file = folder / program.path
    file.parent.mkdir(parents=True)
    shutil.copy(programs / program.name, file)
    _import(docker, folder, program.image, f'ENTRYPOINT ["/{program.path}"]')


def _busybox_folder(work: Path) -> Path:
    need_packages({"/usr/bin/busybox": "busybox-static"})
    folder = work / "busybox"
    for name in ("bin", "tmp", "etc", "proc", "sys", "dev"):
        (folder / name).mkdir(parents=True)
    shutil.copy("/usr/bin/busybox", folder / "bin/busybox")
    link_applets(folder / "bin", run(["/usr/bin/busybox", "--list"]).stdout.split())
    return folder


def link_applets(folder: Path, applets: Iterable[str]) -> None:
    """Let the busybox of a folder play these, where nothing of that name is there."""
    for applet in applets:
        link = folder / applet
        if not link.exists() and not link.is_symlink():
            link.symlink_to("busybox")


def _python_folder(work: Path, python: Path) -> Path:
    folder = work / "python"
    folder.mkdir()
    unpack = ["tar", "--extract", "--file", str(python), "--directory", str(folder), "--exclude=./dev/*"]
    run(unpack, timeout_s=limits.BUILD_S)
    busybox = next(path for path in (folder / "bin/busybox", folder / "usr/bin/busybox") if path.exists())
    link_applets(busybox.parent, PYTHON_APPLETS)
    (folder / "usr/lib/python3/dist-packages").mkdir(parents=True, exist_ok=True)
    (folder / "tmp").mkdir(exist_ok=True)
    (folder / "etc/passwd").write_text(PASSWD)
    run(["ldconfig", "-r", str(folder)], check=False)
    return folder


def _import(docker: Docker, folder: Path, name: str, *changes: str) -> None:
    tar = folder.with_suffix(".tar")
    with tarfile.open(tar, "w") as archive:
        archive.add(folder, arcname=".")
    import_image(docker, tar, name, *changes)
    tar.unlink()


def import_image(docker: Docker, tar: Path, name: str, *changes: str) -> None:
    """Make an image of a tar of a root folder; `changes` as docker import(1) takes them."""
    path = "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    flags = [word for change in (path, *changes) for word in ("--change", change)]
    docker("import", *flags, str(tar), name, timeout_s=limits.BUILD_S)
