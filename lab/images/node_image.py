"""Builds the node image: Debian bookworm with systemd, sshd, Docker, NVIDIA's toolkit, NFS and the stand-ins of a Jetson Nano."""

from __future__ import annotations

from pathlib import Path

from lab import limits
from lab.cache import digest, kept
from lab.command import run
from lab.docker import Docker
from lab.images.container_toolkit import container_toolkit
from lab.images.debian import write_debian
from lab.packages import need_packages
from lab.places import SOURCE

FILES = SOURCE / "node"
EXPECTED_S = 150.0
HELPER_EXPECTED_S = 5.0
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


def mount_helper() -> Path:
    """Give the compiled mount.nfs."""
    return kept("mount-nfs", [FILES / "mount_nfs.c"], HELPER_EXPECTED_S, _compile_mount_helper)


def _compile_mount_helper(part: Path) -> None:
    headers = {"/usr/include/fuse3/fuse.h": "libfuse3-dev", "/usr/include/nfsc/libnfs.h": "libnfs-dev"}
    need_packages({"gcc": "gcc", "pkg-config": "pkg-config", **headers})
    flags = run(["pkg-config", "--cflags", "--libs", "fuse3", "libnfs"]).stdout.split()
    run(["gcc", "-O2", "-Wall", "-o", str(part), str(FILES / "mount_nfs.c"), *flags, "-lpthread"])


def node_image(docker: Docker) -> str:
    """Give the name of the node image in `docker`, building and importing it first if need be."""
    helper, toolkit = mount_helper(), container_toolkit()
    inputs: list[str | Path] = [FILES, *PACKAGES, *UNNEEDED, toolkit.name]
    hook = f'{FILES / "customize.sh"} "$1" {FILES} {helper} {toolkit}'
    tar = kept("node", inputs, EXPECTED_S, lambda part: write_debian(part, "minbase", PACKAGES, [hook], UNNEEDED))
    name = f"edgeproof-lab-node:{digest(inputs)}"
    if not docker.exists("image", name):
        docker("import", str(tar), name, timeout_s=limits.BUILD_S)
    return name
