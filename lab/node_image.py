"""Builds the node image: Debian bookworm with systemd, sshd, Docker, NFS and the stand-ins of a Jetson Nano."""

from __future__ import annotations

import os
from pathlib import Path

from lab import limits
from lab.build import digest, kept
from lab.command import run
from lab.engine import Engine, need_packages
from lab.places import SOURCE, cache_folder

FILES = SOURCE / "node"
EXPECTED_S = 150.0
PACKAGES = [
    "usr-is-merged",
    "systemd",
    "libnss-myhostname",
    "systemd-sysv",
    "dbus",
    "openssh-server",
    "iproute2",
    "iputils-ping",
    "procps",
    "kmod",
    "ca-certificates",
    "sudo",
    "docker.io",
    "iptables",
    "nfs-common",
    "rpcbind",
    "nfs-ganesha",
    "nfs-ganesha-vfs",
    "fuse3",
    "libnfs13",
    "libfuse3-3",
    "python3-minimal",
    "jq",
    "containernetworking-plugins",
    "conntrack",
    "ethtool",
    "socat",
    "ipset",
    "etcd-server",
    "openssl",
    "curl",
    "dnsmasq-base",
    "busybox-static",
    "netcat-openbsd",
    "dnsutils",
]
UNNEEDED = (
    "/usr/share/man/*",
    "/usr/share/locale/*",
    "/usr/share/doc/*",
    "/usr/share/info/*",
    "/usr/share/lintian/*",
    "/usr/sbin/dnet",
    "/usr/sbin/ovrouter",
    "/usr/bin/containerd-stress",
    "/usr/share/bash-completion/*",
)
APT_SOURCES = Path("/etc/apt/sources.list.d/debian.sources")


def debian_folder(part: Path, variant: str, packages: list[str], hooks: list[str], exclude: tuple[str, ...]) -> None:
    """Make a tar of a Debian bookworm root folder at `part`, with this machine's own apt sources if it is Debian."""
    need_packages(
        {"mmdebstrap": "mmdebstrap", "/usr/share/keyrings/debian-archive-keyring.gpg": "debian-archive-keyring"}
    )
    sources = [str(APT_SOURCES)] if APT_SOURCES.exists() and "bookworm" in APT_SOURCES.read_text() else []
    tar = part.with_name(part.name + ".tar")
    command = [
        "mmdebstrap",
        "--quiet",
        f"--variant={variant}",
        f"--include={','.join(packages)}",
        '--aptopt=Apt::Install-Recommends "false"',
        *(f"--dpkgopt=path-exclude={path}" for path in exclude),
        "--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr",
        *(f"--customize-hook={hook}" for hook in hooks),
        "bookworm",
        str(tar),
        *sources,
    ]
    run(command, timeout_s=limits.BUILD_S, environment={**os.environ, "TMPDIR": str(cache_folder())})
    tar.replace(part)


def mount_helper() -> Path:
    """Give the compiled mount.nfs."""
    return kept("mount-nfs", [FILES / "mount_nfs.c"], 5, _compile_mount_helper)


def _compile_mount_helper(part: Path) -> None:
    headers = {"/usr/include/fuse3/fuse.h": "libfuse3-dev", "/usr/include/nfsc/libnfs.h": "libnfs-dev"}
    need_packages({"gcc": "gcc", "pkg-config": "pkg-config", **headers})
    flags = run(["pkg-config", "--cflags", "--libs", "fuse3", "libnfs"]).stdout.split()
    run(["gcc", "-O2", "-Wall", "-o", str(part), str(FILES / "mount_nfs.c"), *flags, "-lpthread"])


def node_image(engine: Engine) -> str:
    """Give the name of the node image in `engine`, building and importing it first if need be."""
    helper = mount_helper()
    inputs: list[str | Path] = [FILES, *PACKAGES, *UNNEEDED]
    hook = f'{FILES / "customize.sh"} "$1" {FILES} {helper}'
    tar = kept("node", inputs, EXPECTED_S, lambda part: debian_folder(part, "minbase", PACKAGES, [hook], UNNEEDED))
    name = f"edgeproof-lab-node:{digest(inputs)}"
    if not engine.exists("image", name):
        engine("import", str(tar), name, timeout_s=limits.BUILD_S)
    return name
