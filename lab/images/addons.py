"""Builds what K3s deploys in every cluster (its add-ons) from Go modules: CoreDNS and local-path-provisioner."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lab.cache import kept
from lab.images.go_toolchain import copied
from lab.places import SOURCE

FILES = SOURCE / "parts" / "addons"
EXPECTED_S = 120.0


@dataclass(frozen=True)
class Program:
    """One of them: its package, where it lies in its image, which carries the name that K3s gives it."""

    name: str
    package: str
    path: str
    image: str
    linked: str = ""


PROGRAMS = (
    Program("coredns", "./coredns", "coredns", "rancher/mirrored-coredns-coredns:1.12.4"),
    Program(
        "local-path-provisioner",
        "github.com/rancher/local-path-provisioner",
        "usr/bin/local-path-provisioner",
        "rancher/local-path-provisioner:v0.0.30",
        "-X main.VERSION=v0.0.30",
    ),
)
"""Their versions are those of go.mod (selftest/lab_offline/test_addons.py)."""


def addons() -> Path:
    """Give a folder with the programs."""
    return kept("addons", [FILES, *map(str, PROGRAMS)], EXPECTED_S, _build)


def _build(part: Path) -> None:
    part.mkdir()
    with copied(part, FILES) as go:
        for program in PROGRAMS:
            flags = f"-s -w {program.linked}".rstrip()
            go("build", "-trimpath", "-ldflags", flags, "-o", str(part / program.name), program.package)
